import { useTranslation } from "react-i18next";
import { ago, exact, useNow } from "@/lib/time";

/** A time near to now in words; the exact one in its title and for screen readers. */
export function Ago({ at, className }: { at: string; className?: string }) {
  const { i18n } = useTranslation();
  const now = useNow(30_000);
  const date = new Date(at);
  return (
    <time dateTime={at} title={exact(date, i18n.language)} className={className}>
      {ago(date, now, i18n.language)}
    </time>
  );
}
