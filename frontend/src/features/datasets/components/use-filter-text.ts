import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { type Filter, needsValue } from "@/features/datasets/filters";
import type { DatasetColumn } from "@/lib/frames";

/** A filter as a sentence: "City is Oslo". */
export function useFilterText(columns: readonly DatasetColumn[]): (filter: Filter) => string {
  const { t } = useTranslation();
  return useCallback(
    ({ column, op, value }: Filter) => {
      const title = columns.find((one) => one.name === column)?.title ?? column;
      return [title, t(`data.ops.${op}`), needsValue(op) && value.replaceAll("\n", ", ")]
        .filter(Boolean)
        .join(" ");
    },
    [columns, t],
  );
}
