import { type Clock, within } from '@rookery/common';
import { type Endpoint, type EndpointPicker } from '../../endpoint/endpoint.js';
import { ClientClosedError } from '../../errors/client-closed.error.js';
import { type BrokerTransport } from '../transports.js';
import { type BrokerClient } from './broker-client.js';
import { BrokerWire } from './broker-wire.js';

/** How long calls that are running may go on when the app stops, in milliseconds. Their connection is one for all of them. */
const FAREWELL_MS = 5_000;

/** The broker as the one place that all messages go to. */
export function brokerEndpoint(transport: BrokerTransport): EndpointPicker {
  const endpoint: Endpoint = { id: transport, baseUrl: `${transport}:`, alternatives: 0, done() {} };
  return () => Promise.resolve(endpoint);
}

/** The one connection of a client to its broker, and how it ends. */
export function brokerConnection(
  client: BrokerClient,
  clock: Clock,
): { wireTo: () => BrokerWire; close: () => Promise<void> } {
  const wire = new BrokerWire(client);
  let closed = false;
  return {
    wireTo: () => {
      if (closed) throw new ClientClosedError();
      return wire;
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await within(clock, FAREWELL_MS, () => wire.idle()).catch(() => {});
      await client.close();
    },
  };
}
