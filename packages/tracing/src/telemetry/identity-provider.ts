import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  type SpanOptions,
  trace,
  TraceFlags,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { type Random } from '@rookery/common';
import { isTracingSuppressed } from '../context/suppression.js';

type Work<T> = (span: Span) => T;

/**
 * Spans that are ids and nothing else: the trace is passed on and shows in the logs, but nothing is recorded, because
 * nobody would export it. Loading OpenTelemetry's SDK would take more of an app's start than all the rest of tracing.
 */
export function identityProvider(random: Random): TracerProvider {
  const tracer = new IdentityTracer(random);
  return { getTracer: () => tracer };
}

class IdentityTracer implements Tracer {
  constructor(private readonly random: Random) {}

  startSpan(_name: string, { root = false }: SpanOptions = {}, owner: Context = context.active()): Span {
    if (isTracingSuppressed(owner)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const above = root ? undefined : trace.getSpanContext(owner);
    const parent = above && isSpanContextValid(above) ? above : undefined;
    return trace.wrapSpanContext({
      traceId: parent?.traceId ?? hexId(this.random, 4),
      spanId: hexId(this.random, 2),
      // Sampled, where we are the first to decide: those we call may have somewhere to export to.
      traceFlags: parent ? parent.traceFlags & TraceFlags.SAMPLED : TraceFlags.SAMPLED,
      ...(parent?.traceState && { traceState: parent.traceState }),
    });
  }

  startActiveSpan<T>(
    name: string,
    ...rest: [Work<T>] | [SpanOptions, Work<T>] | [SpanOptions, Context, Work<T>]
  ): T {
    const [options, owner, work] = argumentsOf(rest);
    const span = this.startSpan(name, options, owner);
    return context.with(trace.setSpan(owner, span), () => work(span));
  }
}

function argumentsOf<T>(
  rest: [Work<T>] | [SpanOptions, Work<T>] | [SpanOptions, Context, Work<T>],
): [SpanOptions, Context, Work<T>] {
  if (rest.length === 3) return rest;
  return rest.length === 2 ? [rest[0], context.active(), rest[1]] : [{}, context.active(), rest[0]];
}

/** Random hexadecimal digits, eight a word, never all zero. */
function hexId(random: Random, words: number): string {
  const word = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const id = Array.from({ length: words }, word).join('');
  return /[^0]/.test(id) ? id : hexId(random, words);
}
