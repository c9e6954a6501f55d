import { LISTENING_TRANSPORTS } from '@rookery/common';

/** The transports where a broker finds whoever answers. */
export type BrokerTransport = 'redis' | 'nats' | 'rmq';

/** The transports of the clients, by the number that Nest gives them. */
export const TRANSPORTS: ReadonlyMap<unknown, 'tcp' | BrokerTransport> = new Map([
  [LISTENING_TRANSPORTS.tcp, 'tcp'],
  [1, 'redis'],
  [2, 'nats'],
  [5, 'rmq'],
]);

/** What to use for each of Nest's other transports. */
export const ELSEWHERE: ReadonlyMap<unknown, string> = new Map([
  [LISTENING_TRANSPORTS.grpc, 'Transport.GRPC is served by GrpcClientModule of @rookery/client/grpc.'],
  [
    3,
    "Transport.MQTT has no answer that can be told lost: use Nest's own client, or EventsModule for events.",
  ],
  [6, "Transport.KAFKA is a log and no way to call: use Nest's own client, or EventsModule for events."],
]);
