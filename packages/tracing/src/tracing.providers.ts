import { Logger, type Provider } from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import {
  CallObserver,
  refuseSecondImport,
  resolveServiceName,
  ServiceInfo,
  systemClock,
} from '@rookery/common';
import { OtelCallObserver } from './observer/otel-call-observer.js';
import { resourceAttributes } from './telemetry/resource.js';
import { startTelemetry, type Telemetry } from './telemetry/telemetry.js';
import { Tracer } from './tracer/tracer.js';
import { TracingLifecycle } from './tracing.lifecycle.js';
import { TRACING_MODULE_OPTIONS } from './tracing.module-definition.js';
import {
  type ResolvedTracingOptions,
  resolveTracingOptions,
  type TracingOptions,
} from './tracing.options.js';

const RESOLVED = Symbol('@rookery/tracing:options');
const TELEMETRY = Symbol('@rookery/tracing:telemetry');

/** What the module consists of. */
export const tracingProviders: Provider[] = [
  {
    provide: RESOLVED,
    inject: [TRACING_MODULE_OPTIONS, ModulesContainer],
    useFactory(options: TracingOptions, modules: ModulesContainer) {
      refuseSecondImport(
        modules,
        'TracingModule.forRoot',
        TRACING_MODULE_OPTIONS,
        'every request would be traced as often',
      );
      return resolveTracingOptions(options, process.env);
    },
  },
  {
    provide: TELEMETRY,
    inject: [RESOLVED, { token: ServiceInfo, optional: true }],
    useFactory: telemetryOf,
  },
  {
    provide: Tracer,
    inject: [TELEMETRY],
    useFactory: (telemetry: Telemetry) => new Tracer(telemetry.tracer, () => telemetry.flush()),
  },
  {
    provide: CallObserver,
    inject: [TELEMETRY],
    useFactory: ({ tracer }: Telemetry) => new OtelCallObserver(tracer),
  },
  {
    provide: TracingLifecycle,
    inject: [TELEMETRY, Tracer, DiscoveryService, HttpAdapterHost, RESOLVED],
    useFactory: (
      telemetry: Telemetry,
      tracer: Tracer,
      discovery: DiscoveryService,
      host: HttpAdapterHost,
      { ignore }: ResolvedTracingOptions,
    ) => new TracingLifecycle(telemetry, tracer, discovery, systemClock, host, ignore),
  },
];

function telemetryOf(options: ResolvedTracingOptions, info: ServiceInfo | undefined): Promise<Telemetry> {
  const { exporter, attributes } = options;
  const named = options.service ?? info?.name ?? process.env['OTEL_SERVICE_NAME'];
  const service = resolveServiceName('TracingModule.forRoot', named, info);
  return startTelemetry({
    resource: resourceAttributes(service, info, attributes, process.env),
    exporter,
    log: new Logger('TracingModule'),
  });
}
