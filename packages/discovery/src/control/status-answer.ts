import { type InstanceStatus, type ServiceInstance } from '../instance/service-instance.js';
import { controlEntry, wordsOf } from './control-entry.js';
import { CONTROL_VERSION } from './control-service.js';

/** The entry that tells an asker which status the registry has now. It may differ from what was asked for. */
export function answerEntry(requestId: string, status: InstanceStatus, now: number): ServiceInstance {
  return controlEntry(`answer-${requestId}`, { kind: 'answer', request: requestId, status }, now);
}

/** The status that an entry tells in answer to this request; `undefined` when it is anything else. */
export function readAnswer(entry: ServiceInstance, requestId: string): InstanceStatus | undefined {
  const words = wordsOf(entry);
  if (words?.['kind'] !== 'answer' || words['request'] !== requestId) return undefined;
  const { status } = words;
  return entry.version === CONTROL_VERSION && (status === 'up' || status === 'draining') ? status : undefined;
}
