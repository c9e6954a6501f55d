import { type Tracer, type TracerProvider } from '@opentelemetry/api';
import { type SpanExporter } from '@opentelemetry/sdk-trace';
import { systemRandom } from '@rookery/common';
import { type AppProvider } from './app-provider.js';
import { type ExporterName } from './exporter-name.js';
import { enterGlobals, foreignProvider } from './globals.js';
import { identityProvider } from './identity-provider.js';
import { type TelemetryLog } from './reporting-exporter.js';
import { type ResourceAttributes } from './resource.js';

const SCOPE = '@rookery/tracing';

/** One app's running OpenTelemetry. */
export interface Telemetry {
  /** Starts the spans of the suite. */
  readonly tracer: Tracer;
  /** Exports the spans that have ended so far. */
  flush(): Promise<void>;
  /** Exports what is left, and ends what this app started. Never what somebody else registered. */
  shutdown(): Promise<void>;
}

export interface TelemetrySettings {
  readonly resource: ResourceAttributes;
  readonly exporter: ExporterName | SpanExporter;
  readonly log: TelemetryLog;
}

/** Uses the tracer provider that is registered for the process; when there is none, starts one for this app. */
export async function startTelemetry(settings: TelemetrySettings): Promise<Telemetry> {
  const foreign = foreignProvider();
  if (foreign) return useForeign(foreign);
  const app = await createProvider(settings);
  const leave = enterGlobals(app.provider);
  return {
    tracer: app.provider.getTracer(SCOPE),
    flush: () => app.flush(),
    shutdown() {
      leave();
      return app.shutdown();
    },
  };
}

function useForeign(provider: TracerProvider): Telemetry {
  const leave = enterGlobals(undefined);
  return {
    tracer: provider.getTracer(SCOPE),
    flush: async () => {
      if ('forceFlush' in provider && typeof provider.forceFlush === 'function') await provider.forceFlush();
    },
    shutdown: () => Promise.resolve(leave()),
  };
}

async function createProvider({ resource, exporter, log }: TelemetrySettings): Promise<AppProvider> {
  if (exporter === 'none') {
    const nothing = () => Promise.resolve();
    return { provider: identityProvider(systemRandom), flush: nothing, shutdown: nothing };
  }
  const { exportingProvider } = await import('./exporting-provider.js');
  return exportingProvider(resource, exporter, log);
}
