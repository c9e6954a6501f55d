interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** So many items go together at most: a statement for more would hold up whoever comes next. */
const MOST = 200;

/**
 * Sends what comes while something is under way together, in the order in which it came. Nobody waits for company: what comes
 * while nothing is under way goes at once, with what came in the same turn of the loop.
 */
export class Batcher<Item, Result> {
  #waiting: Waiting<Item, Result>[] = [];
  #sending: Promise<void> | undefined;

  /**
   * @param send Sends all of them, and answers each; it rejects when none was carried out.
   * @param mayBeOne Whether one of them may be to blame, so that each is sent again by itself.
   */
  constructor(
    private readonly send: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly mayBeOne: (error: unknown) => boolean = () => false,
  ) {}

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#sending ??= Promise.resolve().then(() => this.#sendAll());
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#sendSome(this.#waiting.splice(0, MOST));
    this.#sending = undefined;
  }

  async #sendSome(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.send(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, at) => resolve(results[at] as Result));
    } catch (error) {
      // One that cannot be sent, such as an id with a NUL, must not take the others with it.
      if (batch.length > 1 && this.mayBeOne(error)) for (const one of batch) await this.#sendSome([one]);
      else for (const { reject } of batch) reject(error);
    }
  }
}
