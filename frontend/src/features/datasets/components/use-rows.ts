import { useEffect, useMemo, useReducer } from "react";
import { fetchRows, type View } from "@/features/datasets/api";
import { RowSource } from "@/features/datasets/row-source";
import type { Dataset } from "@/lib/frames";

/** The rows of a view; begun anew when the view or the dataset's rows change. Renders again with every change. */
export function useRows({ id, rev }: Dataset, { sort, filter }: View): RowSource {
  const [, changed] = useReducer((turn: number) => turn + 1, 0);
  const key = JSON.stringify([id, rev, sort, filter]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for all of it
  const source = useMemo(
    () => new RowSource((asked) => fetchRows({ datasetId: id, sort, filter, ...asked }), changed),
    [key],
  );
  useEffect(() => () => source.stop(), [source]);
  return source;
}
