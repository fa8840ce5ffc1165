import type { Dataset, EventFrame } from "@/lib/frames";

/** `gone`: deleted, or not mine to see, with the `rev` of that. `turn`: grows when events may have been missed. */
export interface DatasetsState {
  readonly byId: Readonly<Record<string, Dataset>>;
  readonly gone: Readonly<Record<string, number>>;
  readonly turn: number;
}

export const NO_DATASETS: DatasetsState = { byId: {}, gone: {}, turn: 0 };

/** Takes those that are newer than what is known. */
export function datasetsLoaded(state: DatasetsState, datasets: readonly Dataset[]): DatasetsState {
  const news = datasets.filter(
    ({ id, rev }) => rev > (state.byId[id]?.rev ?? -1) && rev > (state.gone[id] ?? -1),
  );
  if (news.length === 0) return state;
  return { ...state, byId: { ...state.byId, ...Object.fromEntries(news.map((one) => [one.id, one])) } };
}

export function datasetGone(state: DatasetsState, id: string, rev = state.byId[id]?.rev ?? 0): DatasetsState {
  const { [id]: known, ...byId } = state.byId;
  if (known && known.rev > rev) return state;
  return { ...state, byId, gone: { ...state.gone, [id]: rev } };
}

export const datasetsOnSnapshot = (state: DatasetsState): DatasetsState => ({
  ...state,
  turn: state.turn + 1,
});

export function datasetsOnEvent(state: DatasetsState, frame: EventFrame): DatasetsState {
  if (frame.event === "dataset.changed") return datasetsLoaded(state, [frame.data.dataset]);
  if (frame.event === "dataset.deleted") return datasetGone(state, frame.data.dataset_id, frame.data.rev);
  return state;
}
