import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventHub, RESILIENCE_CHANNEL } from './event-hub.js';
import { type ResilienceEvent } from './resilience-event.js';

const fellBack: ResilienceEvent = { type: 'fallback', policy: 'users', error: undefined };
const closed: ResilienceEvent = { type: 'circuit-closed', policy: 'users' };

describe('event hub', () => {
  it('hands every event to the listeners of all, and changes of circuits also to theirs', () => {
    const hub = new EventHub();
    const all: ResilienceEvent[] = [];
    const circuits: ResilienceEvent[] = [];
    hub.all$.subscribe((event) => all.push(event));
    hub.circuits$.subscribe((event) => circuits.push(event));
    hub.next(fellBack);
    hub.next(closed);
    expect([all, circuits]).toEqual([[fellBack, closed], [closed]]);
  });

  it('publishes every event to the process', () => {
    const seen: unknown[] = [];
    const listener = (event: unknown) => seen.push(event);
    subscribe(RESILIENCE_CHANNEL, listener);
    const hub = new EventHub();
    hub.next(fellBack);
    expect([seen, hub.observed]).toEqual([[fellBack], true]);
    unsubscribe(RESILIENCE_CHANNEL, listener);
    hub.next(fellBack);
    expect([seen, hub.observed]).toEqual([[fellBack], false]);
  });

  it('is observed by listeners of all events, not by those of circuits', () => {
    const hub = new EventHub();
    hub.circuits$.subscribe();
    expect(hub.observed).toBe(false);
    const subscription = hub.all$.subscribe();
    expect(hub.observed).toBe(true);
    subscription.unsubscribe();
    expect(hub.observed).toBe(false);
  });
});
