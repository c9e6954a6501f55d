import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { messageOf } from '@rookery/common';
import { type AppProvider } from './app-provider.js';
import { type ExporterName } from './exporter-name.js';
import { type TelemetryLog } from './reporting-exporter.js';
import { type ResourceAttributes } from './resource.js';
import { spanProcessor } from './span-processor.js';

/** OpenTelemetry's SDK: spans are recorded and exported. */
export async function exportingProvider(
  resource: ResourceAttributes,
  exporter: Exclude<ExporterName, 'none'> | SpanExporter,
  log: TelemetryLog,
): Promise<AppProvider> {
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(resource)),
    spanProcessors: [await spanProcessor(exporter, log)],
  });
  return {
    provider,
    flush: () => provider.forceFlush().catch(throwOne),
    shutdown: () => provider.shutdown(),
  };
}

/** The SDK rejects with a bare list. */
function throwOne(errors: unknown): never {
  const all: unknown[] = [errors].flat();
  throw new AggregateError(all, `Spans are lost: ${all.map(messageOf).join('; ')}`);
}
