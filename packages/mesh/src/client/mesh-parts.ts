import { type CallObserver, type Clock, type Headers } from '@rookery/common';
import { type Pipeline, type PolicyRegistry } from '@rookery/resilience';
import { type AuthorityOf } from '../target/authority.js';
import { type MeshTransport } from '../transport/mesh-transport.js';
import { type RpcTransport } from '../transport/rpc-transport.js';
import { type MeshLog } from './mesh-log.js';

/** What a mesh client is made of. */
export interface MeshParts {
  readonly transport: MeshTransport | RpcTransport;
  readonly authorityOf: AuthorityOf;
  /** How long a call that brings no limit of its own may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Headers of every call, with lower-case names. */
  readonly headers: Headers;
  /** Holds the time limits; it has to run on the same clock. */
  readonly policies: PolicyRegistry;
  /** By service, what guards its calls instead of what the transport asks for. Default: nothing. */
  readonly pipelines?: ReadonlyMap<string, Pipeline>;
  readonly observer: CallObserver;
  readonly clock: Clock;
  readonly log: MeshLog;
}
