import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { messageOf } from '@rookery/common';
import { ATTRIBUTES } from '../attributes.js';

/** Marks a span as failed: its status, the kind of error, and the error with its stack as an event. */
export function recordFailure(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : messageOf(error));
  span.setAttribute(ATTRIBUTES.errorType, errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
}

/** A word with few different values: the error's code, else its name. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
