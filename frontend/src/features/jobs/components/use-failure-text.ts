import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "@/lib/frames";
import type en from "@/locales/work.en.json";

type KnownFailure = keyof typeof en.jobs.failures;

/** What went wrong and what to do next: in the reader's language where the code is known, else as the server says it. */
export function useFailureText(): (error: NonNullable<Job["error"]>) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    ({ code, message }) =>
      i18n.exists(`jobs.failures.${code}`) ? t(`jobs.failures.${code as KnownFailure}`) : message,
    [t, i18n],
  );
}
