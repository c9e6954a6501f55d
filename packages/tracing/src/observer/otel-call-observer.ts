import { context, propagation, trace, type Context, type Span, type Tracer } from '@opentelemetry/api';
import { type CallObserver, type Observation, type ObservedCall } from '@rookery/common';
import { recordFailure } from '../tracer/record-failure.js';
import { SPAN_KINDS } from '../tracer/span-kind.js';

/** Turns the calls that clients, brokers and consumers report into spans. */
export class OtelCallObserver implements CallObserver {
  constructor(private readonly tracer: Tracer) {}

  observe<T>(call: ObservedCall, work: (observation: Observation) => Promise<T>): Promise<T> {
    const parent = parentOf(call);
    const span = this.tracer.startSpan(
      call.name,
      { kind: SPAN_KINDS[call.kind], ...(call.attributes && { attributes: call.attributes }) },
      parent,
    );
    const inside = trace.setSpan(parent, span);
    return context.with(inside, async () => {
      try {
        return await work(new SpanObservation(span, inside));
      } catch (error) {
        recordFailure(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  }
}

/** A message that came from elsewhere continues the sender's trace, never that of the loop which fetched it. */
function parentOf({ incoming }: ObservedCall): Context {
  const active = context.active();
  return incoming ? propagation.extract(trace.deleteSpan(active), incoming) : active;
}

class SpanObservation implements Observation {
  #outgoing: Record<string, string> | undefined;

  constructor(
    private readonly span: Span,
    private readonly inside: Context,
  ) {}

  get outgoing(): Readonly<Record<string, string>> {
    if (!this.#outgoing) propagation.inject(this.inside, (this.#outgoing = {}));
    return this.#outgoing;
  }

  annotate(attributes: Parameters<Observation['annotate']>[0]): void {
    this.span.setAttributes(attributes);
  }

  event(name: string, attributes?: Parameters<Observation['annotate']>[0]): void {
    this.span.addEvent(name, attributes);
  }
}
