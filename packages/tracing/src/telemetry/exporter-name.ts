import { OptionsError } from '@rookery/common';

/** Where finished spans go, by name. */
export type ExporterName = 'otlp' | 'console' | 'none';

export const EXPORTER_NAMES: readonly ExporterName[] = ['otlp', 'console', 'none'];

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
