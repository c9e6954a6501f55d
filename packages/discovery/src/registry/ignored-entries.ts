/** Nobody needs more of a key to find it, in characters. */
const LONGEST_KEY = 200;

/**
 * Counts what is in a registry and is no instance, and tells the operator of the first, as a warning of the process with
 * the code `ENTRY_IGNORED`: a registry that is flooded with garbage must not flood the log. For backends.
 */
export class IgnoredEntries {
  #count = 0;

  /** @param registry The backend's description. */
  constructor(private readonly registry: string) {}

  get count(): number {
    return this.#count;
  }

  /** @param key Where it is in the registry. */
  add(key: string): void {
    this.#count += 1;
    if (this.#count > 1) return;
    // As JSON, because a key may hold what moves the cursor of a terminal.
    const what = `The entry ${JSON.stringify(key.slice(0, LONGEST_KEY))} in the registry (${this.registry})`;
    process.emitWarning(
      `${what} is no instance that this version can read. It and its like are ignored. Remove it if nobody needs it.`,
      { type: 'RegistryWarning', code: 'ENTRY_IGNORED' },
    );
  }
}
