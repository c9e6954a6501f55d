import { type Readiness } from '@rookery/common';
import { type ServingStatus } from './grpc-health-definition.js';

/** The name of the whole server in the protocol. */
const WHOLE = '';

type Listener = (status: ServingStatus) => void;

/**
 * How the gRPC services of this app are: each follows the app's readiness, and one of them alone can be said not to serve.
 * Callers ask by gRPC's own health protocol, and watchers are told of every change.
 */
export class GrpcHealth {
  readonly #services = new Set<string>([WHOLE]);
  readonly #held = new Set<string>();
  readonly #watchers = new Map<Listener, { readonly service: string; told: ServingStatus }>();

  constructor(private readonly readiness: Pick<Readiness, 'ready' | 'onChange'>) {
    readiness.onChange(() => this.#tell());
  }

  /**
   * Says whether one service serves, beside the app as a whole: `setServing('users.v1.UserService', false)` keeps callers away
   * from it who look. Throws a `RangeError` for one that no gRPC server of the app has.
   */
  setServing(service: string, serving: boolean): void {
    if (!this.#services.has(service) || service === WHOLE) {
      const known = this.names.filter((name) => name !== WHOLE).join(', ') || 'none';
      throw new RangeError(`There is no gRPC service "${service}" here. Served: ${known}.`);
    }
    if (serving) this.#held.delete(service);
    else this.#held.add(service);
    this.#tell();
  }

  /** Who can be asked for; the empty name stands for all. */
  get names(): readonly string[] {
    return [...this.#services];
  }

  /** `SERVICE_UNKNOWN` for a name that is not served here. */
  status(service: string): ServingStatus {
    if (!this.#services.has(service)) return 'SERVICE_UNKNOWN';
    return this.readiness.ready && !this.#held.has(service) ? 'SERVING' : 'NOT_SERVING';
  }

  /** Calls the listener with the status now and after each change; returns what ends it. @internal */
  watch(service: string, listener: Listener): () => void {
    const told = this.status(service);
    this.#watchers.set(listener, { service, told });
    listener(told);
    return () => void this.#watchers.delete(listener);
  }

  /** Notes what a server offers. @internal */
  offer(services: Iterable<string>): void {
    for (const service of services) this.#services.add(service);
    this.#tell();
  }

  #tell(): void {
    for (const [listener, watcher] of this.#watchers) {
      const status = this.status(watcher.service);
      if (status === watcher.told) continue;
      watcher.told = status;
      listener(status);
    }
  }
}
