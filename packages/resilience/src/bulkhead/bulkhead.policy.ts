import { rejection } from '../events/rejection.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { whileWorking } from '../pipeline/while-working.js';
import { Gate, type GateLimits } from '../waiting/gate.js';
import { priorityOf } from '../waiting/priority-of.js';
import { longestWait } from '../waiting/longest-wait.js';
import { type Refusal } from '../waiting/refusal.js';
import { BulkheadFullError } from './bulkhead-full.error.js';
import { type BulkheadSettings } from './bulkhead.options.js';

/**
 * Bounds how many calls are under way at once, so that one slow dependency cannot take all of a process (the bulkhead
 * of Michael Nygard's "Release It!"). Work that was given up and goes on nevertheless counts until it ends.
 */
export class BulkheadPolicy implements Policy {
  readonly #gate: Gate;
  readonly #leave = () => this.#gate.leave();

  constructor(
    private readonly name: string,
    private settings: BulkheadSettings,
    private readonly parts: PolicyParts,
  ) {
    this.#gate = new Gate(limitsOf(settings), parts.clock, (reason) => this.#rejection(reason));
  }

  // Where there is room, a call costs a comparison and an addition, and neither a promise nor a timer of the gate's.
  execute(execution: Execution, next: Next): Promise<unknown> {
    if (this.#gate.tryEnter()) return whileWorking(execution, next, this.#leave);
    return this.#executeInTurn(execution, next);
  }

  /** More room lets calls in that wait; with less of it, those under way end as they began. */
  reconfigure(settings: BulkheadSettings): void {
    this.settings = settings;
    this.#gate.resize(limitsOf(settings));
  }

  async #executeInTurn(execution: Execution, next: Next): Promise<unknown> {
    const priority = priorityOf(execution, this.name, 'bulkhead.priority', this.settings.priority);
    const waitMs = Math.min(this.settings.queueTimeoutMs, longestWait(execution, this.parts.clock));
    await this.#gate.wait({ priority, signal: execution.signal, waitMs });
    return whileWorking(execution, next, this.#leave);
  }

  #rejection(reason: Refusal): BulkheadFullError {
    const { maxConcurrent, maxQueue } = this.settings;
    const create = () => new BulkheadFullError(this.name, maxConcurrent, maxQueue, reason);
    return rejection(this.parts.events, this.name, create);
  }
}

function limitsOf({ maxConcurrent, maxQueue }: BulkheadSettings): GateLimits {
  return { maxInside: maxConcurrent, maxWaiting: maxQueue };
}
