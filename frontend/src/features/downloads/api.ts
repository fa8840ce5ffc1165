import { keyed } from "@/app/runtime";
import { dispatch } from "@/app/store";
import { type After, datasetNameOf } from "@/features/downloads/links";
import { paramsOf } from "@/features/jobs/operations";
import { KIND, useImageSettings } from "@/features/jobs/settings";
import type { RequestData } from "@/lib/frames";

export const FETCH = "download.fetch";
/** Chains that are begun at once; a batch has none. */
export const MOST_CHAINS = 10;
const TITLE_CHARACTERS = 120;

/** Parameters of a job are any JSON; the generated type of such a field is one of an empty object. */
type Params = RequestData<"job.create">["params"];
type Step = NonNullable<RequestData<"job.create">["then"]>[number];

interface Fetching {
  links: readonly string[];
  after: After;
  conversationId: string | null;
  /** Of a batch. */
  title: string;
  /** Of the dataset that one link becomes; without it, the link's own. */
  name?: string;
  /** The same for the same thing: what was begun is not begun again. */
  keyOf: (thing: string) => string;
}

/** One link is a job, several that nothing follows a batch, others a chain each. Rejects with the first failure. */
export async function fetchLinks(fetching: Fetching): Promise<void> {
  const { links, after } = fetching;
  if (after === "nothing" && links.length > 1) return fetchBatch(fetching);
  for (const link of links) await fetchOne(link, fetching);
}

async function fetchOne(link: string, fetching: Fetching): Promise<void> {
  const { after, conversationId, name, links, keyOf } = fetching;
  const called = (links.length === 1 && name) || datasetNameOf(link);
  const { job, steps } = await keyed("job.create", {
    kind: FETCH,
    params: { url: link } as unknown as Params,
    conversation_id: conversationId,
    client_id: keyOf(JSON.stringify([link, after, called])),
    // biome-ignore lint/suspicious/noThenProperty: the contract's name for what follows
    then: stepsOf(after, called),
  });
  dispatch({ type: "jobs", jobs: [job, ...steps] });
}

function stepsOf(after: After, name: string): Step[] {
  if (after === "import") return [{ kind: "dataset.import", params: { dataset: name } as unknown as Params }];
  if (after === "nothing") return [];
  return [{ kind: KIND, params: paramsOf(useImageSettings.getState()) as Params }];
}

async function fetchBatch({ links, title, conversationId, keyOf }: Fetching): Promise<void> {
  const { batch } = await keyed("job.batch", {
    kind: FETCH,
    params: {},
    items: links.map((url) => ({ url }) as unknown as Params),
    title: [...title].slice(0, TITLE_CHARACTERS).join(""),
    conversation_id: conversationId,
    client_id: keyOf(JSON.stringify([links, title])),
  });
  dispatch({ type: "batches", batches: [batch] });
}
