/** How instances are made known to other processes: by our registry, or by what one would write without it. */
export interface Way {
  join(id: string): Promise<unknown>;
  /** Takes back what this process has joined. */
  leave(id: string): Promise<unknown>;
  /** Tells each instance that comes (`true`) or goes after the first list. Resolves with the length of that list. */
  watch(onChange: (id: string, there: boolean) => void): Promise<number>;
}

/** What every way registers. */
export function instanceOf(id: string) {
  return { id, service: 'users', host: '127.0.0.1', port: 3_000 };
}
