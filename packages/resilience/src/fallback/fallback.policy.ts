import { ask } from '../errors/ask.js';
import { type EventSink } from '../events/event-sink.js';
import { kindOf } from '../outcome/outcome.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type FallbackDeclaration } from './fallback.options.js';

const NOTHING: object = Object.freeze({});

/** Answers for a call that failed for good. An error of the handler itself is what the caller gets. */
export class FallbackPolicy implements Policy {
  constructor(
    private readonly name: string,
    private readonly declaration: FallbackDeclaration,
    private readonly events: EventSink,
  ) {}

  async execute(execution: Execution, next: Next): Promise<unknown> {
    try {
      return await next(execution);
    } catch (error) {
      if (!this.#handles(error, execution)) throw error;
      this.events.next({ type: 'fallback', policy: this.name, error });
      const { instance = NOTHING, args = [] } = execution.subject ?? {};
      return this.declaration.handler.call(instance, error, ...args);
    }
  }

  #handles(error: unknown, { caller, commitment }: Execution): boolean {
    if (caller?.aborted || commitment?.made) return false;
    const { handleIf } = this.declaration;
    if (handleIf) return ask(this.name, 'fallback.handleIf', handleIf, error);
    return kindOf(error, caller) !== 'ignored';
  }
}
