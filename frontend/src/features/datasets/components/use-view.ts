import { useMemo } from "react";
import { useLocation, useSearchParams } from "wouter";
import type { View } from "@/features/datasets/api";
import { asText, type Filter, nextSort, parsed } from "@/features/datasets/filters";
import type { DatasetColumn } from "@/lib/frames";

export interface ViewState {
  view: View;
  filters: readonly Filter[];
  sortBy: (column: string) => void;
  setSort: (sort: string | null) => void;
  setFilters: (filters: readonly Filter[]) => void;
}

/** What is shown of a dataset: kept in the address. What the dataset has no column for does not count. */
export function useView(columns: readonly DatasetColumn[]): ViewState {
  const [params] = useSearchParams();
  const [path, navigate] = useLocation();
  const key = params.toString();
  const { sort, filters } = useMemo(() => {
    const names = new Set(columns.map((one) => one.name));
    const given = new URLSearchParams(key);
    const wanted = given.get("sort");
    return {
      sort: wanted && names.has(wanted.replace(/^-/, "")) ? wanted : null,
      filters: given
        .getAll("filter")
        .flatMap((text) => parsed(text) ?? [])
        .filter((one) => names.has(one.column)),
    };
  }, [key, columns]);
  const view = useMemo(() => ({ sort, filter: filters.map(asText) }), [sort, filters]);
  const go = (next: View) => {
    const search = new URLSearchParams(next.filter.map((text) => ["filter", text]));
    if (next.sort) search.set("sort", next.sort);
    navigate(search.size > 0 ? `${path}?${search}` : path);
  };
  return {
    view,
    filters,
    sortBy: (column) => go({ ...view, sort: nextSort(sort, column) }),
    setSort: (wanted) => go({ ...view, sort: wanted }),
    setFilters: (wanted) => go({ ...view, filter: wanted.map(asText) }),
  };
}
