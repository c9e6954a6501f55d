import { type Clock, isTimeout, parseRetryAfter } from '@rookery/common';
import { LOAD_HEADER, type LoadBalancer, parseLoad, type Picked } from '@rookery/discovery';
import { type PolicyOptions } from '@rookery/resilience';
import { type MeshRequest, type MeshResponse, type MeshTransport } from '../transport/mesh-transport.js';
import { sendOver } from '../transport/send-over.js';
import { failureOf, TransportFailure } from '../transport/transport-failure.js';
import { type Connections } from './connections.js';

/** Asks the instance for its load, by which the balancer chooses. */
const QUESTION = { [LOAD_HEADER]: 'ask' };

/**
 * Sends requests straight to an instance that discovery knows and the balancer chooses: a mesh without proxies. As nobody
 * else does it, calls are tried again and a circuit is kept.
 */
export class DirectTransport implements MeshTransport {
  readonly kind = 'http';
  readonly policies: PolicyOptions;

  /** @param retries How many times a call is tried again when that is safe. */
  constructor(
    private readonly balancer: LoadBalancer,
    private readonly connections: Connections,
    private readonly clock: Clock,
    retries: number,
  ) {
    this.policies = { retry: { attempts: 1 + retries }, circuitBreaker: {} };
  }

  async send(request: MeshRequest): Promise<MeshResponse> {
    const picked = await this.#pick(request);
    if (request.signal.aborted) {
      // The try ended while the instance was being chosen: it was not contacted, so nothing is known of it.
      picked.done('ignored');
      throw failureOf(request.signal.reason);
    }
    try {
      const connection = this.connections.to(request.service, picked.instance);
      const response = await sendOver(connection, {
        ...request,
        headers: { ...QUESTION, ...request.headers },
      });
      this.#answered(picked, response);
      return response;
    } catch (error) {
      picked.done(isCallersAbort(request.signal) ? 'ignored' : 'failure');
      throw this.#explained(request.service, error);
    }
  }

  /** Nest calls it when the app stops, after its servers have closed. */
  onApplicationShutdown(): void {
    this.connections.close();
  }

  async #pick({ service, tries }: MeshRequest): Promise<Picked> {
    try {
      const { accept } = this.connections;
      const picked = await this.balancer.pick(service, { exclude: tries.ids, accept });
      tries.sentTo(picked.instance.id, picked.alternatives);
      return picked;
    } catch (error) {
      throw new TransportFailure('not sent', error);
    }
  }

  #explained(service: string, error: unknown): unknown {
    if (!(error instanceof TransportFailure)) return error;
    const cause = this.connections.explain(service, error.cause);
    return cause === error.cause ? error : failureOf(cause);
  }

  /** Most answers, even bad ones, show an instance that works. */
  #answered({ done }: Picked, { status, headers }: MeshResponse): void {
    const utilization = parseLoad(headers[LOAD_HEADER] as string | undefined);
    if (status < 500 && status !== 429) done('success', undefined, { utilization });
    else done('failure', parseRetryAfter(headers['retry-after'], this.clock), { utilization });
  }
}

/** A timeout aborts the signal as well, but it is the instance that was too slow. */
function isCallersAbort({ aborted, reason }: AbortSignal): boolean {
  return aborted && !isTimeout(reason);
}
