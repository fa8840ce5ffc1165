import { Download, ImageDown, Table2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { INPUT } from "@/components/ui/field";
import { fetchLinks, MOST_CHAINS } from "@/features/downloads/api";
import { type After, datasetNameOf, likely, MOST_LINKS, onlyLinks } from "@/features/downloads/links";
import { classes } from "@/lib/classes";
import { useErrorText } from "@/lib/error-text";
import { asWarrenError } from "@/lib/errors";
import { useKeys } from "@/lib/use-keys";

interface Props {
  text: string;
  conversationId: string;
  /** It is being done: the text is not needed any more. */
  onDone: () => void;
}

const CHOICES = [
  ["nothing", "downloads.fetch", Download],
  ["smaller", "downloads.fetchSmaller", ImageDown],
  ["import", "downloads.fetchImport", Table2],
] as const;

/** Under a message that is nothing but links: what else may be done with them than to send them. */
export default function LinkOffer({ text, conversationId, onDone }: Props) {
  const { t } = useTranslation();
  const links = onlyLinks(text);
  const [first] = links;
  if (!first || links.length > MOST_LINKS) return null;
  return (
    <fieldset
      aria-label={t("downloads.offer")}
      className="flex flex-col gap-2 border-t border-line px-3 py-2 text-xs text-muted"
    >
      <Offer key={links.length} links={links} conversationId={conversationId} onDone={onDone} />
    </fieldset>
  );
}

function Offer({ links, conversationId, onDone }: Omit<Props, "text"> & { links: readonly string[] }) {
  const { t } = useTranslation();
  const keyOf = useKeys();
  const [chosenName, setName] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const best = likely(links);
  const name = chosenName ?? datasetNameOf(links[0] ?? "");
  const chains = links.length <= MOST_CHAINS;
  const run = (after: After) => {
    setBusy(true);
    setError(null);
    const title = t("downloads.count", { count: links.length });
    fetchLinks({ links, after, conversationId, title, name: name.trim(), keyOf })
      .then(onDone, setError)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <div className="flex flex-wrap items-center gap-1.5">
        <span className="mr-1">{t("downloads.offerCount", { count: links.length })}</span>
        {CHOICES.filter(([after]) => after === "nothing" || chains).map(([after, label, Icon]) => (
          <Button
            key={after}
            size="sm"
            disabled={busy}
            onClick={() => run(after)}
            className={classes(after === best && "border-accent text-accent-ink")}
          >
            <Icon size={16} aria-hidden /> {t(label)}
          </Button>
        ))}
        {links.length === 1 && best === "import" && (
          <label className="flex min-w-0 flex-1 basis-52 items-center gap-2">
            <span className="shrink-0">{t("downloads.asDataset")}</span>
            <input
              value={name}
              maxLength={120}
              onChange={(event) => setName(event.target.value)}
              className={classes(INPUT, "h-7 min-w-24 px-2 sm:text-xs")}
            />
          </label>
        )}
      </div>
      {error !== null && <Failure error={error} />}
    </>
  );
}

/** What the server says of a link that it does not take tells more than the sentence for all of its kind. */
function Failure({ error }: { error: unknown }) {
  const errorText = useErrorText();
  const { code, message } = asWarrenError(error);
  return (
    <p role="alert" className="text-sm text-danger-ink">
      {code === "invalid_request" ? message : errorText(error)}
    </p>
  );
}
