import { useEffect } from "react";
import { useShallow } from "zustand/react/shallow";
import { useStore } from "@/app/store";
import { loadChain } from "@/features/jobs/api";
import { currentStep, stepsOf } from "@/features/jobs/chain";
import type { Job } from "@/lib/frames";

interface Chain {
  /** Empty for a job that is in none. */
  steps: Job[];
  /** Where the chain is; the job itself where it is in none. */
  current: Job;
}

const NONE: Job[] = [];

/** The steps that are known: of a list they came with it. A step that is listed by itself stands for itself. */
export function useKnownChain(job: Job): Chain {
  const { id, chain_id } = job;
  const steps = useStore(useShallow(({ chat }) => (chain_id === id ? stepsOf(chat.jobs, id) : NONE)));
  return { steps, current: currentStep(steps) ?? job };
}

/** All steps of the job's chain: asked for once; after that events tell of them. */
export function useChain(job: Job): Chain {
  const { chain_id } = job;
  const steps = useStore(useShallow(({ chat }) => (chain_id ? stepsOf(chat.jobs, chain_id) : NONE)));
  useEffect(() => {
    if (chain_id) loadChain(chain_id);
  }, [chain_id]);
  return { steps, current: currentStep(steps) ?? job };
}
