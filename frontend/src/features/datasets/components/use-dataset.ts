import { useEffect } from "react";
import { useChat } from "@/app/store";
import { wantDatasets } from "@/features/datasets/api";
import type { Dataset } from "@/lib/frames";

/** Undefined until it is known, null where it is gone or not mine to see. Asked for again when events were missed. */
export function useDataset(id: string): Dataset | null | undefined {
  const dataset = useChat((chat) => chat.datasets.byId[id]);
  const gone = useChat((chat) => chat.datasets.gone[id] !== undefined);
  const turn = useChat((chat) => chat.datasets.turn);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again
  useEffect(() => {
    if (id !== "" && !gone) wantDatasets([id]);
  }, [id, gone, turn]);
  return dataset ?? (gone ? null : undefined);
}
