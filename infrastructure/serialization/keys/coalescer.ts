/**
 * Many callers, one query at a time: what is asked for while a query runs goes into the next one, each item once. Callers
 * that ask for the same item share its answer.
 */
export class Coalescer<Item, Answer> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly #maxItems: number;
  #waiting = new Map<string, Asked<Item, Answer>>();
  #running = false;

  /** `run` answers in the order of its items. */
  constructor(run: (items: readonly Item[]) => Promise<readonly Answer[]>, maxItems: number) {
    this.#run = run;
    this.#maxItems = maxItems;
  }

  ask(key: string, item: Item): Promise<Answer> {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting.answer;
    let settle: Pick<Asked<Item, Answer>, 'resolve' | 'reject'> | undefined;
    const answer = new Promise<Answer>((resolve, reject) => {
      settle = { resolve, reject };
    });
    if (settle !== undefined) this.#waiting.set(key, { item, answer, ...settle });
    if (!this.#running) {
      this.#running = true;
      // After the callers that are running now have asked, too.
      setImmediate(() => void this.#drain());
    }
    return answer;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.size > 0) await this.#runBatch(this.#take());
    this.#running = false;
  }

  #take(): Asked<Item, Answer>[] {
    const entries = [...this.#waiting].slice(0, this.#maxItems);
    for (const [key] of entries) this.#waiting.delete(key);
    return entries.map(([, asked]) => asked);
  }

  async #runBatch(batch: readonly Asked<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#run(batch.map(({ item }) => item));
      if (answers.length !== batch.length) throw new Error('a batch was answered in part');
      batch.forEach(({ resolve }, index) => {
        resolve(answers[index] as Answer);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

interface Asked<Item, Answer> {
  readonly item: Item;
  readonly answer: Promise<Answer>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}
