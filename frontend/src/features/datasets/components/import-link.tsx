import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

/** The way to a new dataset. */
export function ImportLink() {
  const { t } = useTranslation();
  return (
    <Link
      href="/data/import"
      className="inline-flex h-9 items-center gap-2 rounded-sm bg-accent px-3.5 text-sm font-medium whitespace-nowrap text-on-accent hover:bg-accent-hover"
    >
      <Plus size={16} aria-hidden /> {t("data.new")}
    </Link>
  );
}
