import { ArrowLeft } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFilter } from "@/features/jobs/components/use-filter";

/** The way back to the list, where both do not fit side by side. */
export function BackToJobs() {
  const { t } = useTranslation();
  const { search } = useFilter();
  return (
    <Link
      href={`/jobs${search}`}
      aria-label={t("jobs.toList")}
      className="inline-flex size-9 shrink-0 items-center justify-center rounded-sm text-muted hover:bg-hover md:hidden"
    >
      <ArrowLeft size={20} />
    </Link>
  );
}
