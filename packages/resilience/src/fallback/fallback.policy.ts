import { ask } from '../errors/ask.js';
import { askAboutResult } from '../errors/ask-about-result.js';
import { isMisuse } from '../errors/is-misuse.js';
import { kindOf } from '../outcome/outcome.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { type FallbackDeclaration } from './fallback.options.js';

const NOTHING: object = Object.freeze({});

/** Answers for a call that failed for good. An error of the handler itself is what the caller gets. */
export class FallbackPolicy implements Policy {
  constructor(
    private readonly name: string,
    private readonly declaration: FallbackDeclaration,
    private readonly parts: PolicyParts,
  ) {}

  async execute(execution: Execution, next: Next): Promise<unknown> {
    let result: unknown;
    try {
      result = await next(execution);
    } catch (error) {
      if (!this.#handles(error, execution)) throw error;
      return this.#answer(error, execution);
    }
    return this.#handlesResult(result, execution) ? this.#answer(undefined, execution) : result;
  }

  #handles(error: unknown, { caller, commitment }: Execution): boolean {
    if (caller?.aborted || commitment?.made || isMisuse(error)) return false;
    const { handleIf } = this.declaration;
    if (handleIf) return ask(this.name, 'fallback.handleIf', handleIf, error);
    return kindOf(error, caller) !== 'ignored';
  }

  /** The end of a stream is no result. */
  #handlesResult(result: unknown, { commitment }: Execution): boolean {
    const { handleIfResult } = this.declaration;
    if (!handleIfResult || commitment) return false;
    return askAboutResult(this.name, 'fallback.handleIfResult', handleIfResult, result);
  }

  #answer(error: unknown, { subject }: Execution): unknown {
    this.parts.events.next({ type: 'fallback', policy: this.name, error });
    const { instance = NOTHING, args = [] } = subject ?? {};
    return this.declaration.handler.call(instance, error, ...args);
  }
}
