import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/lib/frames";

/** A message in a line: its text, or how many files it brings. */
export function useSummary(): (message: Pick<Message, "text" | "file_ids">) => string {
  const { t } = useTranslation();
  return useCallback(
    ({ text, file_ids }) =>
      text || (file_ids.length > 0 ? t("messages.files", { count: file_ids.length }) : ""),
    [t],
  );
}
