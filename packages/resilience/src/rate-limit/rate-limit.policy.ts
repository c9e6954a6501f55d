import { type Answers, askAboutArguments } from '../errors/ask-about-arguments.js';
import { rejection } from '../events/rejection.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { LinesByKey } from './lines-by-key.js';
import { RateLimitError } from './rate-limit.error.js';
import { type KeyFunction, type RateLimitSettings } from './rate-limit.options.js';
import { RateLine } from './rate-line.js';

const KEYS: Answers<string> = {
  accepts: (answer): answer is string => typeof answer === 'string',
  allowed: 'a text',
};

/** Lets so many calls through in a time, evenly but for a burst. */
export class RateLimitPolicy implements Policy {
  /** For calls without a key: those of methods without a `key` function, and those that have no arguments to ask with. */
  readonly #shared: RateLine;
  #byKey: LinesByKey;
  readonly #tooLate = (msUntilTurn: number) => this.#rejection(msUntilTurn);

  constructor(
    private readonly name: string,
    private settings: RateLimitSettings,
    private readonly parts: PolicyParts,
  ) {
    this.#shared = new RateLine(settings, parts.clock, this.#tooLate);
    this.#byKey = this.#linesByKey();
  }

  execute(execution: Execution, next: Next): Promise<unknown> {
    const { key } = this.settings;
    const { subject } = execution;
    if (key && subject) return this.#executeByKey(key, subject.args, execution, next);
    return this.#executeIn(this.#shared, execution, next);
  }

  /** The buckets stay as full as they are, in proportion. Another `key` function begins with new ones. */
  reconfigure(settings: RateLimitSettings): void {
    const keysStay = settings.key === this.settings.key;
    this.settings = settings;
    this.#shared.change(settings);
    this.#byKey.change(settings, settings.maxKeys);
    if (!keysStay) this.#byKey = this.#linesByKey();
  }

  #linesByKey(): LinesByKey {
    return new LinesByKey(this.settings, this.settings.maxKeys, this.parts.clock, this.#tooLate);
  }

  async #executeByKey(key: KeyFunction, args: readonly unknown[], execution: Execution, next: Next) {
    const line = this.#byKey.of(askAboutArguments(this.name, 'rateLimit.key', key, args, KEYS));
    return this.#executeIn(line, execution, next);
  }

  #executeIn(line: RateLine, execution: Execution, next: Next): Promise<unknown> {
    return line.tryPass() ? next(execution) : this.#executeInTurn(line, execution, next);
  }

  async #executeInTurn(line: RateLine, execution: Execution, next: Next): Promise<unknown> {
    const { signal, deadline } = execution;
    signal?.throwIfAborted();
    const { msUntilTurn } = line;
    const tooLate = this.parts.clock.monotonic() + msUntilTurn >= deadline;
    if (tooLate || msUntilTurn > this.settings.maxWaitMs) throw this.#rejection(msUntilTurn);
    await line.wait(signal, deadline);
    return next(execution);
  }

  #rejection(retryAfterMs: number): RateLimitError {
    const { limit, perMs } = this.settings;
    const create = () => new RateLimitError(this.name, limit, perMs, retryAfterMs);
    return rejection(this.parts.events, this.name, create);
  }
}
