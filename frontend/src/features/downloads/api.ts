import { keyed } from "@/app/runtime";
import { dispatch } from "@/app/store";
import { type After, datasetNameOf } from "@/features/downloads/links";
import { paramsOf } from "@/features/jobs/operations";
import { KIND, useImageSettings } from "@/features/jobs/settings";
import type { RequestData } from "@/lib/frames";
import { uuid } from "@/lib/ids";

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
}

/** One link is a job, several that nothing follows a batch, others a chain each. Rejects with the first failure. */
export async function fetchLinks(fetching: Fetching): Promise<void> {
  const { links, after } = fetching;
  if (after === "nothing" && links.length > 1) return fetchBatch(fetching);
  for (const link of links) await fetchOne(link, fetching);
}

async function fetchOne(link: string, { after, conversationId, name, links }: Fetching): Promise<void> {
  const { job, steps } = await keyed("job.create", {
    kind: FETCH,
    params: { url: link } as unknown as Params,
    conversation_id: conversationId,
    client_id: uuid(),
    // biome-ignore lint/suspicious/noThenProperty: the contract's name for what follows
    then: stepsOf(after, (links.length === 1 && name) || datasetNameOf(link)),
  });
  dispatch({ type: "jobs", jobs: [job, ...steps] });
}

function stepsOf(after: After, name: string): Step[] {
  if (after === "import") return [{ kind: "dataset.import", params: { dataset: name } as unknown as Params }];
  if (after === "nothing") return [];
  return [{ kind: KIND, params: paramsOf(useImageSettings.getState()) as Params }];
}

async function fetchBatch({ links, title, conversationId }: Fetching): Promise<void> {
  const { batch } = await keyed("job.batch", {
    kind: FETCH,
    params: {},
    items: links.map((url) => ({ url }) as unknown as Params),
    title: [...title].slice(0, TITLE_CHARACTERS).join(""),
    conversation_id: conversationId,
    client_id: uuid(),
  });
  dispatch({ type: "batches", batches: [batch] });
}
