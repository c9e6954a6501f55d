import { type ResilienceEvent } from '../events/resilience-event.js';
import { type PolicyRegistry } from '../registry/policy-registry.js';

/** A list that grows with everything that the policies of a registry do from now on. */
export function recordEvents(registry: PolicyRegistry): readonly ResilienceEvent[] {
  const events: ResilienceEvent[] = [];
  registry.events$.subscribe((event) => events.push(event));
  return events;
}
