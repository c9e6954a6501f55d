import { checkOptions, is, listOf, OptionsError, shape } from '@rookery/common';
import { type DeadLetterFilter, type DeadRecord } from '../broker/dead-letter-store.js';
import { decodeEvent } from '../event/cloud-event.js';
import { InvalidEventError } from '../event/invalid-event.error.js';
import { type RookeryEvent } from '../event/rookery-event.js';
import { type EventsRuntime } from '../bus/events-runtime.js';

/** A delivery that failed for good. */
export interface DeadLetter {
  readonly id: string;
  /** The event; `undefined` when what was stored is none, which `body` shows. */
  readonly event: RookeryEvent | undefined;
  readonly body: string;
  readonly group: string;
  readonly handler: string;
  /** How many attempts began. */
  readonly attempts: number;
  readonly firstFailedAt: Date;
  readonly lastFailedAt: Date;
  /** What the last attempt failed with. */
  readonly error: { readonly name: string; readonly message: string; readonly stack?: string };
  /** The trace in which the event was published, when it was traced. */
  readonly traceparent?: string;
}

/** The deliveries that failed for good, of all services that share the broker. */
export class DeadLetters {
  constructor(private readonly runtime: EventsRuntime) {}

  /** Oldest first; 100 unless `limit` says otherwise. */
  async list(filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    return (await this.#store.list(toFilter(filter))).map(toDeadLetter);
  }

  /**
   * Delivers again, only to the handler that failed, with all of its attempts. Returns how many; a letter whose
   * handler the broker does not know any more stays.
   */
  async replay(which: readonly string[] | DeadLetterFilter): Promise<number> {
    return this.#store.replay(toFilter(which));
  }

  /** Forgets them. Returns how many. */
  async discard(which: readonly string[] | DeadLetterFilter): Promise<number> {
    return this.#store.discard(toFilter(which));
  }

  get #store() {
    return this.runtime.broker.deadLetters;
  }
}

const checkFilter = shape<DeadLetterFilter>({
  group: is.text,
  handler: is.text,
  type: is.text,
  ids: listOf(is.text),
  limit: is.wholeNumber(),
});

/** A misspelt or missing condition would widen the filter, up to all there is. */
function toFilter(which: readonly string[] | DeadLetterFilter): DeadLetterFilter {
  const filter = Array.isArray(which) ? { ids: which as readonly string[] } : (which as DeadLetterFilter);
  const missing = Object.entries(filter).filter(([, value]) => value === undefined);
  if (missing.length > 0)
    throw new OptionsError(
      'DeadLetters',
      missing.map(([key]) => `${key}: Missing.`),
    );
  return checkOptions('DeadLetters', checkFilter, filter);
}

function toDeadLetter({ failure, message, firstFailedAt, ...record }: DeadRecord): DeadLetter {
  const { at, name, message: text, stack, traceparent } = failure;
  return {
    ...record,
    event: decoded(message.body),
    body: message.body,
    firstFailedAt: new Date(firstFailedAt),
    lastFailedAt: new Date(at),
    error: { name, message: text, ...(stack !== undefined && { stack }) },
    ...(traceparent !== undefined && { traceparent }),
  };
}

function decoded(body: string): RookeryEvent | undefined {
  try {
    return decodeEvent(body);
  } catch (error) {
    if (error instanceof InvalidEventError) return undefined;
    throw error;
  }
}
