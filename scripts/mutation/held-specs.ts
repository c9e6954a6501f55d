import { type LoadedSpec } from './loaded-spec.ts';

/** A spec file that is loaded and held. */
export interface Held {
  readonly spec: LoadedSpec;
  /** Lets Jest end the file. */
  release(): void;
}

/**
 * The files that somebody waits for to be loaded. The environment runs in Jest, which loads it by itself, so the two
 * sides have nothing in common but the process.
 */
const WAITING = Symbol.for('rookery.mutation.waiting');

type Waiting = Map<string, (held: Held) => void>;

export function waiting(): Waiting {
  const shared = globalThis as { [WAITING]?: Waiting };
  return (shared[WAITING] ??= new Map());
}
