import { type Tracer, type TracerProvider } from '@opentelemetry/api';
import { resourceFromAttributes, defaultResource } from '@opentelemetry/resources';
import { type SpanExporter, TracerProvider as SdkTracerProvider } from '@opentelemetry/sdk-trace';
import { messageOf } from '@rookery/common';
import { type ExporterName, spanProcessors } from './exporters.js';
import { enterGlobals, foreignProvider } from './globals.js';
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
  return foreign ? useForeign(foreign) : startOwn(settings);
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

async function startOwn({ resource, exporter, log }: TelemetrySettings): Promise<Telemetry> {
  const provider = new SdkTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(resource)),
    spanProcessors: await spanProcessors(exporter, log),
  });
  const leave = enterGlobals(provider);
  return {
    tracer: provider.getTracer(SCOPE),
    flush: () =>
      provider.forceFlush().catch((errors: unknown) => {
        // The SDK rejects with a bare list.
        throw new AggregateError(
          [errors].flat(),
          `Spans are lost: ${[errors].flat().map(messageOf).join('; ')}`,
        );
      }),
    shutdown() {
      leave();
      return provider.shutdown();
    },
  };
}
