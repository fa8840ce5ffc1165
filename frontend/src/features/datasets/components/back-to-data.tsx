import { ArrowLeft } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

/** Where the list is a screen of its own. */
export function BackToData() {
  const { t } = useTranslation();
  return (
    <Link
      href="/data"
      aria-label={t("data.toList")}
      className="inline-flex size-9 shrink-0 items-center justify-center rounded-sm text-muted hover:bg-hover md:hidden"
    >
      <ArrowLeft size={20} />
    </Link>
  );
}
