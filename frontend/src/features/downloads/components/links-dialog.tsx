import { FileText } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, INPUT } from "@/components/ui/field";
import { fetchLinks } from "@/features/downloads/api";
import { linksOf, MOST_LINKS } from "@/features/downloads/links";
import { FilePicker } from "@/features/uploads/components/file-picker";
import { classes } from "@/lib/classes";
import { useErrorText } from "@/lib/error-text";
import { asWarrenError } from "@/lib/errors";
import { useKeys } from "@/lib/use-keys";

/** Many links at once: pasted, or out of a text file. */
export function LinksDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const keyOf = useKeys();
  const [text, setText] = useState("");
  const [title, setTitle] = useState("");
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { links, others } = linksOf(text);
  const usual = t("downloads.count", { count: links.length });
  const problem = links.length === 0 ? t("downloads.none") : t("downloads.tooMany", { most: MOST_LINKS });
  const wrong = links.length === 0 || links.length > MOST_LINKS;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (wrong) return;
    setBusy(true);
    fetchLinks({ links, after: "nothing", conversationId: null, title: title.trim() || usual, keyOf })
      .then(onClose, setError)
      .finally(() => setBusy(false));
  };
  const said = () => {
    if (asked && wrong) return problem;
    const { code, message } = asWarrenError(error);
    return code === "invalid_request" ? message : errorText(error);
  };
  return (
    <Dialog title={t("downloads.newTitle")} description={t("downloads.newHint")} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4 overflow-y-auto p-4">
        <Links text={text} onChange={setText} />
        <p role="status" className="-mt-3 text-xs text-muted">
          {links.length > 0 && usual}
          {others > 0 && ` · ${t("downloads.ignored", { count: others })}`}
        </p>
        {links.length > 1 && (
          <Field
            label={t("downloads.batchTitle")}
            placeholder={usual}
            value={title}
            maxLength={120}
            onChange={(event) => setTitle(event.target.value)}
          />
        )}
        {((asked && wrong) || error !== null) && (
          <p role="alert" className="text-sm wrap-anywhere text-danger-ink">
            {said()}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <FilePicker
            multiple={false}
            accept=".txt,.csv,.list,text/plain"
            onPick={([file]) => void file?.text().then(setText)}
          >
            <FileText size={16} aria-hidden /> {t("downloads.fromFile")}
          </FilePicker>
          <Button type="submit" look="primary" disabled={busy}>
            {t("downloads.fetch")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Links({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {t("downloads.links")}
      </label>
      <textarea
        id={id}
        rows={6}
        value={text}
        spellCheck={false}
        placeholder="https://"
        onChange={(event) => onChange(event.target.value)}
        className={classes(INPUT, "py-2 font-mono sm:text-xs")}
      />
    </div>
  );
}
