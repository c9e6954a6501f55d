import { type SpanExporter } from '@opentelemetry/sdk-trace';
import {
  type AttributeValue,
  check,
  type Check,
  checkOptions,
  is,
  listOf,
  mapOf,
  shape,
} from '@rookery/common';
import { EXPORTER_NAMES, type ExporterName, exporterFromEnv } from './telemetry/exporter-name.js';

/** Options of `TracingModule`. */
export interface TracingOptions {
  /** The service's name. Default: that of `ServiceModule`, else `OTEL_SERVICE_NAME`. */
  service?: string;
  /**
   * Where finished spans go: `'otlp'` (OTLP over HTTP, set up by the usual `OTEL_EXPORTER_OTLP_*` variables),
   * `'console'` (a line a span), `'none'` (spans exist for propagation and logs only), or an exporter of your own.
   * Default: `OTEL_TRACES_EXPORTER`; else `'otlp'` when an OTLP endpoint is set in the environment; else `'none'`.
   * Not used when the process has a tracer provider already: then that one is.
   */
  exporter?: ExporterName | SpanExporter;
  /** Paths whose requests are not traced, with everything below them. Default `['/health']`. */
  ignore?: readonly string[];
  /** Further facts about this process, such as `deployment.environment.name`, sent with all its spans. */
  attributes?: Readonly<Record<string, AttributeValue>>;
}

/** Options with every default filled in, but for the name, which another module may know. */
export interface ResolvedTracingOptions {
  readonly service: string | undefined;
  readonly exporter: ExporterName | SpanExporter;
  readonly ignore: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

const spanExporter = is.implementing('SpanExporter', 'export', 'shutdown');

const exporter: Check = (value, path, problems) => {
  if (typeof value === 'object' && value !== null) spanExporter(value, path, problems);
  else is.oneOf(...EXPORTER_NAMES)(value, path, problems);
};

const checkAll = shape<TracingOptions>({
  service: is.serviceName,
  exporter,
  ignore: listOf(
    check(
      (value) => typeof value === 'string' && value.startsWith('/') && value.length > 1,
      'a path such as "/health"',
    ),
  ),
  attributes: mapOf(
    check(
      (value) => ['string', 'number', 'boolean'].includes(typeof value),
      'a text, a number, true or false',
    ),
  ),
});

/** Checks the options and fills in what is left out. Throws an `OptionsError` that names every problem. */
export function resolveTracingOptions(
  options: TracingOptions,
  env: NodeJS.ProcessEnv,
): ResolvedTracingOptions {
  const checked = checkOptions('TracingModule.forRoot', checkAll, options);
  return {
    service: checked.service,
    exporter: checked.exporter ?? exporterFromEnv(env),
    ignore: checked.ignore ?? ['/health'],
    attributes: checked.attributes ?? {},
  };
}
