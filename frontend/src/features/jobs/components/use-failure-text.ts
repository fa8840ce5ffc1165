import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "@/lib/frames";
import { valuesOf } from "@/lib/told";
import type en from "@/locales/work.en.json";

type KnownFailure = keyof typeof en.jobs.failures;

/**
 * What went wrong and what to do next: in the reader's language where the code is known, else as the server says it.
 * Codes that end with any number, as `http_503`, are known as `http_n`.
 */
export function useFailureText(): (error: NonNullable<Job["error"]>) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    ({ code, message }) => {
      const known = [code, code.replace(/\d+$/, "n")].find((one) => i18n.exists(`jobs.failures.${one}`));
      return known ? t(`jobs.failures.${known as KnownFailure}`, valuesOf(message)) : message;
    },
    [t, i18n],
  );
}
