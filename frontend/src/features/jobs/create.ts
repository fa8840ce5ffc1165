// Making batches and jobs of pictures: comes with the first upload, not with the first load.

import { keyed } from "@/app/runtime";
import { dispatch } from "@/app/store";
import { paramsOf } from "@/features/jobs/operations";
import { KIND } from "@/features/jobs/settings";
import type { BatchPlan } from "@/features/uploads/state";
import type { Batch, RequestData } from "@/lib/frames";

const TITLE_CHARACTERS = 120;

/** Parameters of a job are any JSON; the generated type of such a field is one of an empty object. */
type Params = RequestData<"job.create">["params"];

/** Under the plan's `clientId`: made once, however often it is asked for. */
export async function createBatch(plan: BatchPlan): Promise<Batch> {
  const { batch } = await keyed("job.batch", {
    kind: KIND,
    params: paramsOf(plan.settings) as Params,
    items: [],
    expected: plan.expected,
    title: [...plan.title].slice(0, TITLE_CHARACTERS).join(""),
    conversation_id: plan.conversationId,
    client_id: plan.clientId,
  });
  dispatch({ type: "batches", batches: [batch] });
  return batch;
}

export async function createJob(plan: BatchPlan, batchId: string, fileId: string, clientId: string) {
  const params = { ...paramsOf(plan.settings), file_id: fileId } as unknown as Params;
  const { job } = await keyed("job.create", { kind: KIND, params, batch_id: batchId, client_id: clientId });
  dispatch({ type: "jobs", jobs: [job] });
}
