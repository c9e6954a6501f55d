import { type AttributeValue, type ServiceInfo } from '@rookery/common';
import { ATTRIBUTES } from '../attributes.js';

export type ResourceAttributes = Record<string, AttributeValue>;

/** Who sends the spans. Explicit attributes win over the identity, and both over `OTEL_RESOURCE_ATTRIBUTES`. */
export function resourceAttributes(
  service: string,
  info: ServiceInfo | undefined,
  explicit: Readonly<ResourceAttributes>,
  env: NodeJS.ProcessEnv,
): ResourceAttributes {
  return {
    ...parseResourceAttributes(env['OTEL_RESOURCE_ATTRIBUTES'] ?? ''),
    [ATTRIBUTES.serviceName]: service,
    ...(info && {
      [ATTRIBUTES.serviceVersion]: info.version,
      [ATTRIBUTES.serviceInstanceId]: info.instanceId,
    }),
    ...explicit,
  };
}

/** Reads `key=value,key=value` with percent-encoded values; a pair that is malformed is left out. */
export function parseResourceAttributes(text: string): ResourceAttributes {
  const attributes: ResourceAttributes = {};
  for (const pair of text.split(',')) {
    const [key = '', value, ...more] = pair.split('=').map((part) => part.trim());
    if (!key || value === undefined || more.length > 0) continue;
    const decoded = decode(value);
    if (decoded !== undefined) attributes[key] = decoded;
  }
  return attributes;
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
