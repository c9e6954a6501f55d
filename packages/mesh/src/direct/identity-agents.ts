import { type Agent } from 'node:http';
import { type SpiffeIdOf } from '../identity/spiffe-id.js';
import { type WorkloadIdentity } from '../identity/workload-identity.js';
import { IdentityAgent } from './identity-agent.js';

/** An agent for each id that was called, all of them with the identity that is in use. */
export class IdentityAgents {
  readonly #agents = new Map<string, IdentityAgent>();
  readonly #stop: () => void;

  constructor(
    private readonly identity: WorkloadIdentity,
    /** The id that a service has to prove. */
    readonly idOf: SpiffeIdOf,
    private readonly idleMs: number,
  ) {
    this.#stop = identity.onChange(() => this.#retireAll());
  }

  agentFor(service: string): Agent {
    const id = this.idOf(service);
    let agent = this.#agents.get(id);
    if (!agent) {
      agent = new IdentityAgent(id, this.identity, { timeout: this.idleMs });
      this.#agents.set(id, agent);
    }
    return agent;
  }

  close(): void {
    this.#stop();
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** Requests that are under way end on the connections that they have; the next ones get new ones. */
  #retireAll(): void {
    for (const agent of this.#agents.values()) agent.retire();
    this.#agents.clear();
  }
}
