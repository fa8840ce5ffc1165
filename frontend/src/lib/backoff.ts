const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Full jitter: anything from 0 to the cap, which doubles from 0.5 s to 30 s. `attempt` counts from 0. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
}
