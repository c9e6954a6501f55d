import { createBackoff, sleep } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { isSnapshot } from '../registry/is-snapshot.js';
import { CONTROL_SERVICE } from './control-service.js';
import { type ControlParts } from './post.js';

/**
 * The longest pause before a lost watch is started again: whoever asks waits seconds, and a registry that is back is to
 * be heard within one.
 */
const LONGEST_PAUSE = '800ms';

/**
 * What is posted now, and again after each change, until the signal aborts. It never throws. An outage of the registry
 * neither ends it nor is told by it: the watches that calls depend on do that, and once is enough.
 */
export async function* controlEntries(
  { backend, clock, random }: ControlParts,
  signal: AbortSignal,
): AsyncGenerator<readonly ServiceInstance[], void> {
  const pause = createBackoff({ jitter: 'equal', maxDelay: LONGEST_PAUSE }, random);
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      for await (const snapshot of backend.watch(CONTROL_SERVICE, signal)) {
        if (!isSnapshot(snapshot)) break;
        attempt = 1;
        yield snapshot.instances;
      }
    } catch {
      // Tried again until the registry is back.
    }
    await sleep(clock, pause(attempt), signal, { background: true }).catch(() => {});
  }
}
