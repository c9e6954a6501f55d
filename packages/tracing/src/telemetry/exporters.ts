import {
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { OptionsError } from '@rookery/common';
import { ConsoleExporter } from './console-exporter.js';
import { ReportingExporter, type TelemetryLog } from './reporting-exporter.js';

/** Where finished spans go, by name. */
export type ExporterName = 'otlp' | 'console' | 'none';

export const EXPORTER_NAMES: readonly ExporterName[] = ['otlp', 'console', 'none'];

/** A finished span waits this long for others to share its request, so that a developer sees it at once. */
const BATCH_DELAY_MS = 1_000;

/** The exporter that the environment asks for: `OTEL_TRACES_EXPORTER`, else OTLP when an endpoint is set, else none. */
export function exporterFromEnv(env: NodeJS.ProcessEnv): ExporterName {
  const wanted = env['OTEL_TRACES_EXPORTER'];
  if (!wanted) {
    return env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ? 'otlp' : 'none';
  }
  const name = EXPORTER_NAMES.find((known) => known === wanted);
  if (name) return name;
  throw new OptionsError('TracingModule.forRoot', [
    `OTEL_TRACES_EXPORTER: Invalid value ${JSON.stringify(wanted)}. Use ${EXPORTER_NAMES.join(' or ')}.`,
  ]);
}

/** What hands finished spans to the exporter. */
export async function spanProcessors(
  exporter: ExporterName | SpanExporter,
  log: TelemetryLog,
): Promise<SpanProcessor[]> {
  if (exporter === 'none') return [];
  if (exporter === 'console') return [new SimpleSpanProcessor({ exporter: new ConsoleExporter() })];
  const target = exporter === 'otlp' ? await otlpExporter() : exporter;
  return [
    new BatchSpanProcessor({
      exporter: new ReportingExporter(target, log),
      scheduledDelayMillis: BATCH_DELAY_MS,
    }),
  ];
}

/** OTLP over HTTP, set up by `OTEL_EXPORTER_OTLP_*`. Loaded only when used: it costs a good part of an app's start. */
async function otlpExporter(): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  return new OTLPTraceExporter();
}
