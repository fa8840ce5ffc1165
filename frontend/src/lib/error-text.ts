import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { asWarrenError } from "@/lib/errors";
import type en from "@/locales/en.json";

type Known = keyof typeof en.errors;

/** The sentence for a failure in the reader's language; for a code without one, what the server said. */
export function useErrorText(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (error: unknown) => {
      const { code, message } = asWarrenError(error);
      return i18n.exists(`errors.${code}`) ? t(`errors.${code as Known}`) : message || t("errors.internal");
    },
    [t, i18n],
  );
}
