import { type CallObserver, type Clock } from '@rookery/common';
import { type Endpoint } from '../endpoint/endpoint.js';
import { type Guards } from '../execute/guarded-call.js';
import { type BrokerTransport } from './transports.js';
import { type Wire } from './wire/wire.js';

/** What a client of a Nest transport is made of. */
export interface RpcClientParts extends Guards {
  /** The name of the service that is called. */
  readonly service: string;
  readonly transport: 'tcp' | BrokerTransport;
  /** What leads to an endpoint. Throws a `ClientClosedError` when the client is closed. */
  readonly wireTo: (endpoint: Endpoint) => Wire;
  readonly observer: CallObserver;
  readonly clock: Clock;
  /** The patterns whose messages may be handled twice; `true`: all. */
  readonly idempotent: true | readonly unknown[];
  /** Ends the connections when what is running has ended. */
  readonly close: () => void | Promise<void>;
}

/** A message that is ready to be sent, once or several times. */
export interface RpcMessage {
  readonly pattern: unknown;
  readonly data: unknown;
  /** What the app's own hook has put beside the data. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The pattern as a text: it names spans, as it has few values. */
  readonly route: string;
  /** How messages of errors name it. */
  readonly label: string;
  readonly idempotent: boolean;
}
