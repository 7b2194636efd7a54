/** Work upon one thing is done one after the other, in the order in which it came; upon others, beside it. */
export class InTurn {
  readonly #last = new Map<string, Promise<unknown>>();

  /** As the work ends; what was before it may have failed. */
  async take<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(what) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(what, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(what) === mine) this.#last.delete(what);
    }
  }
}
