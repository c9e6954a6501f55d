import { isSpanContextValid, trace } from '@opentelemetry/api';

/** The fields that tie a log line to its trace, named as OpenTelemetry names them in logs that are not OTLP. */
export interface TraceLogFields {
  readonly trace_id: string;
  readonly span_id: string;
  /** Two hexadecimal digits; `01` when the trace is recorded. */
  readonly trace_flags: string;
}

/** The fields of the running span; `undefined` outside of any. */
export function traceLogFields(): TraceLogFields | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return undefined;
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    trace_flags: span.traceFlags.toString(16).padStart(2, '0'),
  };
}

/**
 * Puts the trace's ids into every line of a pino logger.
 *
 * @example
 * LoggerModule.forRoot({ pinoHttp: { mixin: tracingMixin } })
 */
export function tracingMixin(): object {
  return traceLogFields() ?? {};
}
