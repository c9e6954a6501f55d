import { sealInstance } from '../instance/create-instance.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { CONTROL_SERVICE, CONTROL_VERSION } from './control-service.js';

/** An entry that carries words instead of an address. */
export function controlEntry(
  id: string,
  words: Readonly<Record<string, string>>,
  now: number,
): ServiceInstance {
  return sealInstance({
    id,
    service: CONTROL_SERVICE,
    // A name that no resolver knows (RFC 6761): nobody can be called there.
    host: 'rookery.invalid',
    port: 1,
    protocol: 'control',
    version: CONTROL_VERSION,
    weight: 1,
    metadata: words,
    status: 'up',
    startedAt: now,
  });
}

/** The words of what a registry says is an entry, whatever that is; `undefined` when it has none. */
export function wordsOf(entry: ServiceInstance): Readonly<Record<string, unknown>> | undefined {
  const metadata: unknown = (entry as Partial<ServiceInstance> | null | undefined)?.metadata;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  return metadata as Readonly<Record<string, unknown>>;
}
