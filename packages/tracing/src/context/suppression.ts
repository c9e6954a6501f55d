import { type Context, createContextKey } from '@opentelemetry/api';

/**
 * The key by which OpenTelemetry's SDK and exporters know that nothing is to be traced. Keys of one name are equal, and
 * `@opentelemetry/core` is a large thing to load for two functions.
 */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** The context, in which no span starts and no trace is passed on. */
export function suppressTracing(context: Context): Context {
  return context.setValue(SUPPRESSED, true);
}

export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESSED) === true;
}
