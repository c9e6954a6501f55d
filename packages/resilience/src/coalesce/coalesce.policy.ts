import { type Answers, askAboutArguments } from '../errors/ask-about-arguments.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { TimeoutPolicy } from '../timeout/timeout.policy.js';
import { CallsUnderWay } from './calls-under-way.js';
import { type CoalesceSettings } from './coalesce.options.js';
import { SharedCall } from './shared-call.js';

const KEY: Answers<string | undefined> = {
  accepts: (answer) => answer === undefined || typeof answer === 'string',
  allowed: 'a text, or undefined for a call that shares with none,',
};

/** Nothing but the deadline that a call already has. */
const NO_LIMIT = { scope: 'total', limitMs: Infinity, mode: 'race' } as const;

/**
 * Lets calls with the same key share one execution while it is under way, as Go's `singleflight` does. Each caller waits
 * as long as it wants to; the work is aborted when all of them have left. Neither results nor errors are kept.
 */
export class CoalescePolicy implements Policy {
  readonly #calls = new CallsUnderWay();
  readonly #deadlines: TimeoutPolicy;

  constructor(
    private readonly name: string,
    private settings: CoalesceSettings,
    private readonly parts: PolicyParts,
  ) {
    this.#deadlines = new TimeoutPolicy(name, NO_LIMIT, parts);
  }

  // An async function, because the key's function may throw.
  async execute(execution: Execution, next: Next): Promise<unknown> {
    const key = this.#keyOf(execution);
    if (key === undefined) return alone(execution, next);
    // The shared work does not keep the deadline of this caller. Where no timeout does either, it is kept here.
    if (execution.scope || execution.deadline === Infinity) return this.#share(key, execution, next);
    return this.#deadlines.execute(execution, (below) => this.#share(key, below, next));
  }

  /** The calls under way can still be joined. */
  reconfigure(settings: CoalesceSettings): void {
    this.settings = settings;
  }

  #share(key: string, execution: Execution, next: Next): Promise<unknown> {
    const calls = this.#calls.of(execution);
    const underWay = calls.get(key);
    if (underWay?.needsCaller) return alone(execution, next);
    if (underWay) {
      const { events } = this.parts;
      if (events.observed) events.next({ type: 'coalesced', policy: this.name, key });
      return underWay.join(execution);
    }
    const shared = new SharedCall(() => calls.delete(key));
    calls.set(key, shared);
    execution.budget?.deposit();
    return shared.start(execution, next);
  }

  #keyOf({ subject, options }: Execution): string | undefined {
    const { key } = this.settings;
    if (!key || !subject) return options.key;
    return askAboutArguments(this.name, 'coalesce.key', key, subject.args, KEY);
  }
}

/** Only calls that are made earn a share of a retry; those that join another one do not. */
function alone(execution: Execution, next: Next): Promise<unknown> {
  execution.budget?.deposit();
  return next(execution);
}
