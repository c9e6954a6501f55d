import { type Context } from '@opentelemetry/api';

declare module '@rookery/common' {
  interface CallContext {
    /** OpenTelemetry's part of the call context: the active span, baggage and what other libraries put there. */
    readonly otel?: Context;
  }
}
