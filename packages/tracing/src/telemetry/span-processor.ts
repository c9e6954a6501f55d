import {
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { ConsoleExporter } from './console-exporter.js';
import { type ExporterName } from './exporter-name.js';
import { ReportingExporter, type TelemetryLog } from './reporting-exporter.js';

/** A finished span waits this long for others to share its request, so that a developer sees it at once. */
const BATCH_DELAY_MS = 1_000;

/** What hands finished spans to the exporter. */
export async function spanProcessor(
  exporter: Exclude<ExporterName, 'none'> | SpanExporter,
  log: TelemetryLog,
): Promise<SpanProcessor> {
  if (exporter === 'console') return new SimpleSpanProcessor({ exporter: new ConsoleExporter() });
  const target = exporter === 'otlp' ? await otlpExporter() : exporter;
  return new BatchSpanProcessor({
    exporter: new ReportingExporter(target, log),
    scheduledDelayMillis: BATCH_DELAY_MS,
  });
}

/** OTLP over HTTP, set up by `OTEL_EXPORTER_OTLP_*`. Loaded only when used: it costs a good part of an app's start. */
async function otlpExporter(): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  return new OTLPTraceExporter();
}
