import { useMemo } from "react";
import { useLocation, useSearchParams } from "wouter";
import type { JobFilter } from "@/features/jobs/state";
import type { JobState } from "@/lib/frames";

export const STATES: readonly JobState[] = [
  "queued",
  "running",
  "paused",
  "retrying",
  "waiting",
  "succeeded",
  "failed",
  "cancelled",
];

interface Filter {
  filter: JobFilter;
  /** As it stands in the address, with its question mark; empty without a filter. */
  search: string;
  change: (patch: Partial<JobFilter>) => void;
}

const asSearch = (filter: JobFilter): string => {
  const wanted = { state: filter.state, kind: filter.kind, batch: filter.batchId };
  const given = Object.entries(wanted).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
};

/** What the list is narrowed to: kept in the address, so that reload, back and a pasted link lead there. */
export function useFilter(): Filter {
  const [params] = useSearchParams();
  const [path, navigate] = useLocation();
  const [state, kind, batch] = [params.get("state"), params.get("kind"), params.get("batch")];
  const filter = useMemo<JobFilter>(
    () => ({ state: STATES.find((one) => one === state) ?? null, kind, batchId: batch }),
    [state, kind, batch],
  );
  const change = (patch: Partial<JobFilter>) =>
    navigate(path + asSearch({ ...filter, ...patch }), { replace: true });
  return { filter, search: asSearch(filter), change };
}
