import {
  type Context,
  createContextKey,
  isSpanContextValid,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '../context/suppression.js';
import { formatTraceParent, parseTraceParent, RANDOM, SAMPLED } from './trace-parent.js';
import { W3CTraceState } from './trace-state.js';

const TRACE_PARENT = 'traceparent';
const TRACE_STATE = 'tracestate';
const REMOTE_PARENT = createContextKey('rookery remote parent');

/**
 * Carries the trace in `traceparent` and `tracestate`, as W3C Trace Context Level 2 says. It differs from
 * OpenTelemetry's own in the random flag, which is passed on, and in `tracestate`, which is all or nothing.
 */
export class TraceContextPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(context);
    if (!span || !isSpanContextValid(span) || isTracingSuppressed(context)) return;
    setter.set(carrier, TRACE_PARENT, formatTraceParent({ ...span, flags: flagsOf(span, context) }));
    const state = span.traceState?.serialize();
    if (state) setter.set(carrier, TRACE_STATE, state);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const parent = parseTraceParent(single(getter.get(carrier, TRACE_PARENT)) ?? '');
    if (!parent) return context;
    const state = W3CTraceState.parse(joined(getter.get(carrier, TRACE_STATE)));
    const remote: SpanContext = {
      traceId: parent.traceId,
      spanId: parent.spanId,
      traceFlags: parent.flags,
      isRemote: true,
      ...(state && { traceState: state }),
    };
    return trace.setSpanContext(context.setValue(REMOTE_PARENT, remote), remote);
  }

  fields(): string[] {
    return [TRACE_PARENT, TRACE_STATE];
  }
}

/** The SDK keeps only the sampled bit, so the random bit comes from where the trace id came from. */
function flagsOf(span: SpanContext, context: Context): number {
  const remote = context.getValue(REMOTE_PARENT) as SpanContext | undefined;
  // A trace that began here has an id of the SDK's generator, which is random.
  const random = remote?.traceId === span.traceId ? remote.traceFlags & RANDOM : RANDOM;
  return (span.traceFlags & SAMPLED) | random;
}

/** More than one `traceparent` cannot be told from a forged one: none counts. */
function single(header: string | string[] | undefined): string | undefined {
  if (!Array.isArray(header)) return header;
  return header.length === 1 ? header[0] : undefined;
}

function joined(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(',') : (header ?? '');
}
