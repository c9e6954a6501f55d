import { messageOf } from '@rookery/common';

export interface EventuallyOptions {
  /** How long to go on trying, in milliseconds. Default 10,000. */
  within?: number;
  /** The pause between two looks, in milliseconds. Default 20. */
  every?: number;
}

/** What is left of a type when it cannot be falsy. */
export type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * Looks again and again until `look` neither throws nor returns something falsy, and resolves with what it returned.
 * It waits for real processes to get somewhere without guessing how long that takes; it rejects when they do not.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  { within = 10_000, every = 20 }: EventuallyOptions = {},
): Promise<Truthy<T>> {
  const deadline = performance.now() + within;
  let last = 'it was never true';
  for (;;) {
    try {
      const seen = await look();
      if (seen) return seen as Truthy<T>;
    } catch (error) {
      last = messageOf(error);
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${within} ms (${last})`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
