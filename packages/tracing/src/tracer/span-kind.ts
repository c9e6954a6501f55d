import { SpanKind } from '@opentelemetry/api';
import { type CallKind } from '@rookery/common';

/** OpenTelemetry's number for a kind of call. */
export const SPAN_KINDS: Readonly<Record<CallKind, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};
