import { type LoadCall } from '../fixtures/open-loop.ts';

/** What a caller in a network of its own writes down. */
export interface NetworkStory {
  /** When the load began, on the steady clock of the host in milliseconds. */
  readonly startedAt: number;
  /** Calls that may be made twice. */
  readonly reads: readonly LoadCall[];
  /** Calls that may not, each with an id of its own. */
  readonly writes: readonly LoadCall[];
  /** The ids of the writes that were answered. */
  readonly acknowledged: readonly string[];
  /** How often each kind of event of the policies and of the balancer was told under load. */
  readonly events: Readonly<Record<string, number>>;
  /** How often each code of an error was the end of a call. */
  readonly failures: Readonly<Record<string, number>>;
}
