const GATHER_MS = 15;

/** Gathers ids for a moment and asks for them together; what is being asked for is not asked for twice. */
export class Gatherer {
  private readonly ask: (ids: string[]) => Promise<void>;
  private readonly most: number;
  private wanted = new Set<string>();
  private asking = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `most`: ids in one question. `ask` rejects where it failed; whoever still wants them says so again. */
  constructor(ask: (ids: string[]) => Promise<void>, most: number) {
    this.ask = ask;
    this.most = most;
  }

  want(ids: Iterable<string>): void {
    for (const id of ids) if (!this.asking.has(id)) this.wanted.add(id);
    if (this.wanted.size > 0) this.timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    const ids = [...this.wanted].slice(0, this.most);
    for (const id of ids) {
      this.wanted.delete(id);
      this.asking.add(id);
    }
    await this.ask(ids).catch(() => undefined);
    for (const id of ids) this.asking.delete(id);
    this.want([]);
  }
}
