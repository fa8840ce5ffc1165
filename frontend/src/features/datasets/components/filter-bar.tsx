import { ListFilter, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { FilterDialog } from "@/features/datasets/components/filter-dialog";
import { useFilterText } from "@/features/datasets/components/use-filter-text";
import { asText, type Filter } from "@/features/datasets/filters";
import type { Dataset } from "@/lib/frames";

interface Props {
  dataset: Dataset;
  filters: readonly Filter[];
  onChange: (filters: readonly Filter[]) => void;
}

/** What the rows are narrowed to; all of it has to be true. */
export function FilterBar({ dataset, filters, onChange }: Props) {
  const { t } = useTranslation();
  const textOf = useFilterText(dataset.columns);
  const [open, setOpen] = useState(false);
  const without = (index: number) => onChange(filters.filter((_, at) => at !== index));
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-2 py-1.5 md:px-4">
      <Button size="sm" onClick={() => setOpen(true)}>
        <ListFilter size={16} aria-hidden /> {t("data.filter")}
      </Button>
      {filters.length > 0 && (
        <>
          <ul aria-label={t("data.filters")} className="flex min-w-0 flex-wrap gap-1.5">
            {filters.map((filter, index) => (
              <li
                key={asText(filter)}
                className="flex h-7 max-w-full items-center rounded-full bg-accent-soft pl-3 text-xs text-accent-ink"
              >
                <span className="truncate">{textOf(filter)}</span>
                <button
                  type="button"
                  aria-label={t("data.filterRemove", { filter: textOf(filter) })}
                  onClick={() => without(index)}
                  className="inline-flex size-7 shrink-0 items-center justify-center rounded-full hover:bg-hover"
                >
                  <X size={16} aria-hidden />
                </button>
              </li>
            ))}
          </ul>
          <Button size="sm" look="quiet" onClick={() => onChange([])}>
            {t("data.filterClear")}
          </Button>
        </>
      )}
      {open && (
        <FilterDialog
          columns={dataset.columns}
          count={filters.length}
          onAdd={(filter) => {
            setOpen(false);
            onChange([...filters, filter]);
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}
