import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { messageOf } from '@rookery/common';

/** Where tracing reports on itself. */
export interface TelemetryLog {
  log(message: string): void;
  warn(message: string): void;
}

/**
 * Says so once when spans get lost, and once when they no longer do. OpenTelemetry itself tells nobody unless a
 * diagnostics logger is set.
 */
export class ReportingExporter implements SpanExporter {
  #lost = 0;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly log: TelemetryLog,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#succeeded();
      else this.#failed(spans.length, result.error);
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  #succeeded(): void {
    if (this.#lost > 0) this.log.log(`Spans are exported again; ${this.#lost} were lost.`);
    this.#lost = 0;
  }

  #failed(count: number, error: unknown): void {
    if (this.#lost === 0)
      this.log.warn(`Spans cannot be exported and are lost: ${messageOf(error ?? 'no reason given')}.`);
    this.#lost += count;
  }
}
