import { useTranslation } from "react-i18next";
import { useForm } from "@/features/jobs/form";
import { problemsOf } from "@/features/jobs/operations";
import type { ImageSettings } from "@/features/jobs/settings";

interface Problems {
  any: boolean;
  /** What is to be put right in a field, if anything. */
  at: (path: string) => string | undefined;
}

export function useProblems(settings: ImageSettings): Problems {
  const { t } = useTranslation();
  const found = problemsOf(settings);
  return {
    any: found.length > 0,
    at: (path) => {
      const problem = found.find((one) => one.path === path);
      if (!problem) return undefined;
      const { key, least, most } = problem;
      return t(`settingsForm.problems.${key}`, { least, most });
    },
  };
}

/** As `useProblems`, of what stands in the form. */
export const useFormProblems = (): Problems => useProblems(useForm());
