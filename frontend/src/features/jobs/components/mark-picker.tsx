import { ImageUp } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import { useToast } from "@/app/toast";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/states";
import { listFiles } from "@/features/files/api";
import { Picture } from "@/features/files/components/picture";
import { useFile } from "@/features/files/components/use-file";
import { isPicture } from "@/features/files/state";
import { looksLikePicture } from "@/features/jobs/settings";
import { storeFiles } from "@/features/uploads/api";
import { FilePicker } from "@/features/uploads/components/file-picker";
import { classes } from "@/lib/classes";
import { usePages } from "@/lib/use-pages";

interface Props {
  chosen: string | null;
  error: string | undefined;
  onChoose: (fileId: string) => void;
}

/** One of my pictures, or a new one, to be put on others. */
export function MarkPicker({ chosen, error, onChoose }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const name = useId();
  const [upload, setUpload] = useState<string | null>(null);
  const uploaded = useChat((chat) => (upload ? chat.uploads.byId[upload]?.fileId : null));
  const mine = usePages("mine", (cursor) => listFiles({ cursor }));
  useEffect(() => {
    if (!uploaded) return;
    setUpload(null);
    onChoose(uploaded);
  }, [uploaded, onChoose]);
  const take = ([file]: File[]) => {
    if (!file) return;
    if (looksLikePicture(file)) void storeFiles([file]).then(([id]) => setUpload(id ?? null));
    else toast(t("uploads.noPictures"));
  };
  const pictures = mine.items.filter(isPicture).map((file) => file.id);
  const ids = chosen && !pictures.includes(chosen) ? [chosen, ...pictures] : pictures;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{t("settingsForm.mark")}</legend>
      {mine.error ? <ErrorState error={mine.error} retry={mine.reload} /> : null}
      {ids.length > 0 && (
        <div className="flex max-h-44 flex-wrap gap-2 overflow-y-auto p-1">
          {ids.map((id) => (
            <Choice key={id} id={id} group={name} chosen={id === chosen} onChoose={() => onChoose(id)} />
          ))}
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        <FilePicker size="sm" accept="image/*" multiple={false} onPick={take}>
          <ImageUp size={16} aria-hidden />{" "}
          {t(upload ? "settingsForm.markComing" : "settingsForm.markUpload")}
        </FilePicker>
        {mine.more && (
          <Button size="sm" look="quiet" onClick={mine.loadMore}>
            {t("settingsForm.markOlder")}
          </Button>
        )}
      </div>
      {error && <p className="text-xs text-danger-ink">{error}</p>}
    </fieldset>
  );
}

interface ChoiceProps {
  id: string;
  group: string;
  chosen: boolean;
  onChoose: () => void;
}

function Choice({ id, group, chosen, onChoose }: ChoiceProps) {
  const file = useFile(id);
  if (!file) return null;
  return (
    <label
      title={file.name}
      className={classes(
        "block size-14 cursor-pointer overflow-hidden rounded-sm border-2 has-focus-visible:outline-2 has-focus-visible:outline-offset-2",
        chosen ? "border-accent" : "border-line hover:border-line-strong",
      )}
    >
      <input
        type="radio"
        name={group}
        checked={chosen}
        onChange={onChoose}
        aria-label={file.name}
        className="sr-only"
      />
      <Picture file={file} alt="" className="size-full" />
    </label>
  );
}
