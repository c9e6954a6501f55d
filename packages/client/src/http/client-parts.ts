import { type CallObserver, type Clock } from '@rookery/common';
import { type Pipeline } from '@rookery/resilience';
import { type EndpointPicker } from '../endpoint/endpoint.js';
import { type HttpTransport } from './transport.js';

/** What a client is made of. */
export interface ClientParts {
  /** The name of the service that is called. */
  readonly service: string;
  readonly endpoints: EndpointPicker;
  readonly pipeline: Pipeline;
  readonly transport: HttpTransport;
  readonly observer: CallObserver;
  readonly clock: Clock;
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string>>;
}
