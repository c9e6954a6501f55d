import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import { type AddressGuard, type ServiceInstance } from '@rookery/discovery';
import { handshakeError } from '../identity/verify-peer.js';
import { type Connection, IDLE_MS } from '../transport/send-over.js';
import { type IdentityAgents } from './identity-agents.js';

/** How instances are connected to. */
export interface Connections {
  /** Whether an instance can be called at all. */
  readonly accept: (instance: ServiceInstance) => boolean;
  /** The connection for a request to an instance of a service. */
  to(service: string, instance: ServiceInstance): Connection;
  /** What an error that ended a connection to a service means, where that is known better than the error says it. */
  explain(service: string, error: unknown): unknown;
  /** Ends all connections. */
  close(): void;
}

/** Nothing is asked of an instance but, where it speaks https, a certificate for its host that the system trusts. */
export class PlainConnections implements Connections {
  readonly #http = new HttpAgent({ keepAlive: true, timeout: IDLE_MS });
  readonly #https = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS });

  constructor(private readonly guard: AddressGuard | undefined) {}

  readonly accept = ({ protocol }: ServiceInstance) => protocol === 'http' || protocol === 'https';

  to(_service: string, instance: ServiceInstance): Connection {
    if (instance.protocol === 'http') return { ...addressOf(instance, this.guard), agent: this.#http };
    // Otherwise Node would take it from the `Host` header, which has the name of the service.
    const servername = isIP(instance.host) ? '' : instance.host;
    return { ...addressOf(instance, this.guard), agent: this.#https, protocol: 'https:', servername };
  }

  explain(_service: string, error: unknown): unknown {
    return error;
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** Each instance proves that it is its service, and nothing is ever sent in plain text: one that speaks http gets no calls. */
export class ProvenConnections implements Connections {
  constructor(
    private readonly agents: IdentityAgents,
    private readonly guard: AddressGuard | undefined,
  ) {}

  readonly accept = ({ protocol }: ServiceInstance) => protocol === 'https';

  to(service: string, instance: ServiceInstance): Connection {
    return { ...addressOf(instance, this.guard), agent: this.agents.agentFor(service) };
  }

  /** With TLS 1.3 a server looks at our certificate when we may have begun to send; it reads nothing if it refuses it. */
  explain(service: string, error: unknown): unknown {
    return handshakeError(error, this.agents.idOf(service));
  }

  close(): void {
    this.agents.close();
  }
}

function addressOf(instance: ServiceInstance, guard: AddressGuard | undefined): Omit<Connection, 'agent'> {
  const { host, port } = instance;
  const lookup = guard?.lookupFor(instance);
  return { host, port, ...(lookup && { lookup }) };
}
