import { context, isSpanContextValid, trace, type Tracer as OtelTracer } from '@opentelemetry/api';
import { type CallKind, watchResult } from '@rookery/common';
import { keepContext } from './keep-context.js';
import { type Span, type Tags, WrappedSpan } from './span.js';
import { SPAN_KINDS } from './span-kind.js';

/** How a span starts. */
export interface SpanOptions {
  /** Default `'internal'`. */
  readonly kind?: CallKind;
  /** Facts that are known from the start. Default none. */
  readonly tags?: Tags;
  /** Begins a trace of its own, whatever is active. Default `false`. */
  readonly root?: boolean;
}

/**
 * Starts spans and tells which one is running. It is a thin face of OpenTelemetry: `trace.getActiveSpan()` and spans
 * of other libraries are the same spans.
 */
export class Tracer {
  constructor(
    private readonly tracer: OtelTracer,
    private readonly exportNow: () => Promise<void>,
  ) {}

  /** Starts a span below the running one. It does not become the running one, and the caller has to finish it. */
  startSpan(name: string, options: SpanOptions = {}): Span {
    return new WrappedSpan(this.#start(name, options));
  }

  /** Runs `work` as a span: it ends when the result is known, and failed when `work` throws, rejects or errors. */
  span<T>(name: string, work: (span: Span) => T, options: SpanOptions = {}): T {
    const started = this.#start(name, options);
    const span = new WrappedSpan(started);
    const inside = trace.setSpan(context.active(), started);
    const fail = (error: unknown) => span.finish(error ?? new Error('Failed without a reason.'));
    try {
      const result = keepContext(
        context.with(inside, () => work(span)),
        inside,
      );
      return watchResult(result, { onSuccess: () => span.finish(), onFailure: fail });
    } catch (error) {
      fail(error);
      throw error;
    }
  }

  /** The running span; `undefined` outside of any. */
  currentSpan(): Span | undefined {
    const span = trace.getActiveSpan();
    return span && isSpanContextValid(span.spanContext()) ? new WrappedSpan(span) : undefined;
  }

  /** The id of the running trace, to show to a user or to log; `undefined` outside of any. */
  currentTraceId(): string | undefined {
    return this.currentSpan()?.traceId;
  }

  /** Exports the spans that have ended so far, instead of when the next batch is due. */
  flush(): Promise<void> {
    return this.exportNow();
  }

  #start(name: string, { kind = 'internal', tags, root = false }: SpanOptions) {
    return this.tracer.startSpan(name, { kind: SPAN_KINDS[kind], root, ...(tags && { attributes: tags }) });
  }
}
