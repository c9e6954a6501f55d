import {
  type NatsOptions,
  type RedisOptions,
  type RmqOptions,
  type TcpClientOptions,
  type Transport,
} from '@nestjs/microservices';
import { type Duration } from '@rookery/common';
import { type ClientBalancing } from '../endpoint/call-balancing.js';

/** What clients of every transport are told. Without a `policy`, `timeout` is `'10s'` and `retries` is 2. */
export interface RookeryClientBasics {
  /** The token under which the client is injected: `@Inject('USERS')`. */
  name: string | symbol;
  /** The name of the service that is called. */
  service: string;
  /** The name of the policy of `ResilienceModule.forRoot({ policies })` that guards the calls. */
  policy?: string;
  /** How long a caller waits for the first value of an answer, retries included, when no `policy` is named. */
  timeout?: Duration;
  /** How many times a call is tried again when that is safe, when no `policy` is named. */
  retries?: number;
  /** The patterns whose messages may be handled twice, so that they are tried again also when they were sent. Default: none. */
  idempotent?: true | readonly unknown[];
}

/** A service whose instances listen on TCP. */
export interface RookeryTcpClientOptions extends RookeryClientBasics {
  transport: Transport.TCP;
  /** Nest's options. With `host` and `port` it is that place that is called; without, what discovery finds. */
  options?: TcpClientOptions['options'];
  /** Which of its instances the calls are for that do not say it themselves. Not with a `host`. */
  balancing?: ClientBalancing;
}

/** A service that is reached through a broker, with Nest's options of the transport. */
export type RookeryBrokerClientOptions = RookeryClientBasics &
  (
    | { transport: Transport.REDIS; options?: RedisOptions['options'] }
    | { transport: Transport.NATS; options?: NatsOptions['options'] }
    | { transport: Transport.RMQ; options?: RmqOptions['options'] }
  );

export type RookeryClientOptions = RookeryTcpClientOptions | RookeryBrokerClientOptions;
