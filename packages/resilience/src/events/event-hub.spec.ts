import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventHub, RESILIENCE_CHANNEL } from './event-hub.js';
import { type ResilienceEvent } from './resilience-event.js';

const opened = { type: 'circuit-opened', policy: 'users', reason: 'failure-rate', openForMs: 1 } as const;
const closed = { type: 'circuit-closed', policy: 'users' } as const;
const retried = { type: 'retry', policy: 'users', attempt: 1, delayMs: 1, error: 'broken' } as const;

describe('the event hub', () => {
  it('hands every event to those who listen to all, and the changes of circuits to those who listen to these', () => {
    const hub = new EventHub();
    const all: ResilienceEvent[] = [];
    const circuits: ResilienceEvent[] = [];
    hub.all$.subscribe((event) => all.push(event));
    hub.circuits$.subscribe((event) => circuits.push(event));
    for (const event of [opened, retried, closed]) hub.next(event);
    expect(all).toEqual([opened, retried, closed]);
    expect(circuits).toEqual([opened, closed]);
  });

  it('is observed only while somebody listens to all events', () => {
    const hub = new EventHub();
    expect(hub.observed).toBe(false);
    hub.circuits$.subscribe();
    expect(hub.observed).toBe(false);
    const subscription = hub.all$.subscribe();
    expect(hub.observed).toBe(true);
    subscription.unsubscribe();
    expect(hub.observed).toBe(false);
  });

  it('publishes every event on the channel of the process, whose subscribers count as observers', () => {
    const hub = new EventHub();
    const seen: unknown[] = [];
    const onEvent = (event: unknown) => seen.push(event);
    hub.next(closed);
    subscribe(RESILIENCE_CHANNEL, onEvent);
    expect([hub.observed, RESILIENCE_CHANNEL]).toEqual([true, 'rookery:resilience']);
    hub.next(opened);
    hub.next(retried);
    unsubscribe(RESILIENCE_CHANNEL, onEvent);
    hub.next(closed);
    expect([seen, hub.observed]).toEqual([[opened, retried], false]);
  });

  it('lets nobody else publish', () => {
    const hub = new EventHub();
    expect('next' in hub.all$ || 'next' in hub.circuits$).toBe(false);
  });
});
