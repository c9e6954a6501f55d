import { type CallObserver } from '@rookery/common';
import { type Broker } from '../broker/broker.js';
import { encodeEvent } from '../event/cloud-event.js';
import { type EventOrigin } from '../event/create-event.js';
import { type RookeryEvent } from '../event/rookery-event.js';
import { IdentityConflictError } from './identity-conflict.error.js';

/** Brings events to the broker, as calls that are traced. */
export class Publisher {
  constructor(
    readonly origin: EventOrigin,
    private readonly broker: Broker,
    private readonly observer: CallObserver,
  ) {}

  /** Resolves when the broker has the event, with the event as it was stored. */
  publish<T>(event: RookeryEvent<T>, label = event.type, delayMs = 0): Promise<RookeryEvent<T>> {
    const attributes = {
      'messaging.system': 'rookery',
      'messaging.operation.type': 'send',
      'messaging.destination.name': label,
      'messaging.message.id': event.id,
    };
    return this.observer.observe(
      { kind: 'producer', name: `publish ${label}`, attributes },
      async (observation) => {
        const sent = Object.freeze({
          ...event,
          headers: Object.freeze({ ...event.headers, ...observation.outgoing }),
        });
        const { source, id, type, key } = sent;
        const message = { source, id, type, ...(key !== undefined && { key }), body: encodeEvent(sent) };
        const { duplicate, known = type } = await this.broker.publish(message, { delayMs });
        if (known !== type) throw new IdentityConflictError(source, id, type, known);
        if (duplicate) observation.annotate({ 'rookery.duplicate': true });
        return sent;
      },
    );
  }
}
