import { type ClientProxy } from '@nestjs/microservices';
import { type BrokerTransport } from '../transports.js';
import { RookeryClientNats } from './nats-client.providers.js';
import { RookeryClientRedis } from './redis-client.providers.js';
import { RookeryClientRMQ } from './rmq-client.providers.js';

const CLIENTS = { redis: RookeryClientRedis, nats: RookeryClientNats, rmq: RookeryClientRMQ };

/** Nest's client for a broker, by Nest's options of that transport. It connects when it is asked to. */
export function brokerClient(transport: BrokerTransport, options: object | undefined): ClientProxy {
  return new CLIENTS[transport](options) as ClientProxy<never>;
}
