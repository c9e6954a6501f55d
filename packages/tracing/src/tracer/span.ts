import { type Span as OtelSpan } from '@opentelemetry/api';
import { type AttributeValue } from '@rookery/common';
import { recordFailure } from './record-failure.js';

/** Facts about a span or an event, by name. */
export type Tags = Readonly<Record<string, AttributeValue>>;

/** A piece of work with a beginning and an end. A thin face of an OpenTelemetry span. */
export interface Span {
  /** 32 hexadecimal digits; all zero when tracing is suppressed here. */
  readonly traceId: string;
  /** 16 hexadecimal digits; all zero when tracing is suppressed here. */
  readonly spanId: string;
  setTag(name: string, value: AttributeValue): this;
  setTags(tags: Tags): this;
  /** Notes that something happened during the span, with the time. */
  log(name: string, fields?: Tags): this;
  /** Ends the span; with an error, as failed. What comes after the first time does nothing. */
  finish(error?: unknown): void;
}

export class WrappedSpan implements Span {
  #finished = false;

  constructor(private readonly span: OtelSpan) {}

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  get spanId(): string {
    return this.span.spanContext().spanId;
  }

  setTag(name: string, value: AttributeValue): this {
    this.span.setAttribute(name, value);
    return this;
  }

  setTags(tags: Tags): this {
    this.span.setAttributes(tags);
    return this;
  }

  log(name: string, fields?: Tags): this {
    this.span.addEvent(name, fields);
    return this;
  }

  finish(error?: unknown): void {
    if (this.#finished) return;
    this.#finished = true;
    if (error !== undefined) recordFailure(this.span, error);
    this.span.end();
  }
}
