import { type CallObserver, type Clock } from '@rookery/common';
import { type Guards } from '../execute/guarded-call.js';
import { type ProblemKinds } from './problem-kinds.js';
import { type HttpTransport } from './transport.js';

/** What a client is made of. */
export interface ClientParts extends Guards {
  /** The name of the service that is called. */
  readonly service: string;
  readonly transport: HttpTransport;
  readonly observer: CallObserver;
  readonly clock: Clock;
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The problems that every call throws again as errors of their own classes. */
  readonly kinds: ProblemKinds;
  /** The largest answer that is read, in bytes. */
  readonly maxResponseSize: number;
}
