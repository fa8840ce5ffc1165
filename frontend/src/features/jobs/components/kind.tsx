import { Cog, Download, Image, Search, Table2 } from "lucide-react";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type en from "@/locales/work.en.json";

type KnownKind = keyof typeof en.jobs.kinds;

const ICONS: Record<string, typeof Cog> = {
  image: Image,
  file: Search,
  download: Download,
  dataset: Table2,
};

export function KindIcon({ kind, size = 16 }: { kind: string; size?: number }) {
  const Icon = ICONS[kind.split(".")[0] ?? ""] ?? Cog;
  return <Icon size={size} aria-hidden className="shrink-0 text-muted" />;
}

/** The kind in words; a kind that the catalog does not know by its own name. */
export function useKindName(): (kind: string) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (kind: string) => {
      const key = kind.replaceAll(".", "_");
      return i18n.exists(`jobs.kinds.${key}`) ? t(`jobs.kinds.${key as KnownKind}`) : kind;
    },
    [t, i18n],
  );
}
