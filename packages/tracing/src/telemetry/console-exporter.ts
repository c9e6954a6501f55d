import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, hrTimeToMilliseconds } from '@opentelemetry/core';
import { type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';

/** Writes one line a span, as soon as it ends. For development: a trace is read by its id, not drawn. */
export class ConsoleExporter implements SpanExporter {
  /** @param write Takes a line without its end. Default: standard output. */
  constructor(private readonly write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    for (const span of spans) this.write(formatSpan(span));
    done({ code: ExportResultCode.SUCCESS });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Such as `12:44:05.123 4bf92f35… a3ce929d<00f067aa SERVER GET /users/:id 3.1 ms http.response.status_code=200`. */
export function formatSpan(span: ReadableSpan): string {
  const { traceId, spanId } = span.spanContext();
  const parent = span.parentSpanContext ? `<${span.parentSpanContext.spanId}` : '';
  const time = new Date(hrTimeToMilliseconds(span.startTime)).toISOString().slice(11, 23);
  const duration = `${hrTimeToMilliseconds(span.duration).toFixed(1)} ms`;
  const error =
    span.status.code === SpanStatusCode.ERROR ? ` ERROR ${JSON.stringify(span.status.message ?? '')}` : '';
  const facts = Object.entries(span.attributes).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${time} ${traceId} ${spanId}${parent} ${SpanKind[span.kind]} ${span.name} ${duration}${error}${facts.join('')}`;
}
