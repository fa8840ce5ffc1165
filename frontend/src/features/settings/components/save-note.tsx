import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/error-text";

/** What became of a save, beneath its button. */
export function SaveNote({ saved, error }: { saved: boolean; error: unknown }) {
  const { t } = useTranslation();
  const text = useErrorText();
  return (
    <p role="status" className={error ? "text-sm text-danger-ink" : "text-sm text-muted"}>
      {error ? text(error) : saved && t("common.saved")}
    </p>
  );
}
