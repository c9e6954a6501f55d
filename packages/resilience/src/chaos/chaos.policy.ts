import { messageOf, sleep } from '@rookery/common';
import { PredicateError } from '../errors/predicate.error.js';
import { wrongAnswer } from '../errors/wrong-answer.js';
import { type ChaosInjected } from '../events/resilience-event.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { ChaosError } from './chaos.error.js';
import { type ChaosSettings } from './chaos.options.js';

/**
 * Disturbs calls on purpose, as Polly's chaos strategies do: a call may first be held back, then fail, and if it does
 * not, return something else. Each is drawn by itself.
 */
export class ChaosPolicy implements Policy {
  constructor(
    private readonly name: string,
    private readonly settings: ChaosSettings,
    private readonly parts: PolicyParts,
  ) {}

  async execute(execution: Execution, next: Next): Promise<unknown> {
    if (!this.#enabled()) return next(execution);
    const { latency, fault, outcome } = this.settings;
    if (latency && this.#strikes('latency', latency.rate))
      await sleep(this.parts.clock, latency.delayMs, execution.signal);
    if (fault && this.#strikes('fault', fault.rate))
      throw fault.error ? fault.error() : new ChaosError(this.name);
    if (outcome && this.#strikes('outcome', outcome.rate)) return outcome.result();
    return next(execution);
  }

  #enabled(): boolean {
    const { enabled } = this.settings;
    if (typeof enabled === 'boolean') return enabled;
    let answer: unknown;
    try {
      answer = enabled();
    } catch (cause) {
      throw this.#misuse(`threw "${messageOf(cause)}"`, cause);
    }
    if (typeof answer === 'boolean') return answer;
    throw this.#misuse(`returned ${wrongAnswer(answer)}`);
  }

  #misuse(what: string, cause?: unknown): PredicateError {
    const trouble = `${what}. Make it return true or false for every call.`;
    return new PredicateError(this.name, 'chaos.enabled', undefined, cause, trouble);
  }

  #strikes(injected: ChaosInjected['injected'], rate: number): boolean {
    const { events, random } = this.parts;
    if (random() * 100 >= rate) return false;
    if (events.observed) events.next({ type: 'chaos', policy: this.name, injected });
    return true;
  }
}
