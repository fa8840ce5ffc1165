import { useCallback } from "react";
import { useTranslation } from "react-i18next";

/** How a batch of these is called: one by its own name, several by their number. */
export function useBatchTitle(): (files: readonly { name: string }[]) => string {
  const { t } = useTranslation();
  return useCallback(
    (files) =>
      files.length === 1 && files[0] ? files[0].name : t("messages.pictures", { count: files.length }),
    [t],
  );
}
