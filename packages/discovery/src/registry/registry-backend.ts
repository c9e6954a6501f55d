import { type ServiceInstance } from '../instance/service-instance.js';

/** Who can see what is registered: this process, this host, or every host that reaches the registry. */
export type Reach = 'process' | 'host' | 'network';

/** All living instances of one service at one moment. */
export interface Snapshot {
  /** Grows with every change; comparable only between snapshots of the same backend object. */
  readonly revision: number;
  readonly instances: readonly ServiceInstance[];
}

/** A registration that lasts as long as it is renewed. */
export interface Lease {
  /**
   * Extends the lease by its whole time to live. Rejects with a `LeaseLostError` when there is nothing to extend;
   * any other rejection means that it may work later.
   */
  renew(signal: AbortSignal): Promise<void>;
  /** Replaces what is registered and renews the lease. Rejects like `renew`. The id and service stay. */
  update(instance: ServiceInstance, signal: AbortSignal): Promise<void>;
  /** Ends the lease: the instance is gone for all at once. Does nothing when the lease is lost. */
  release(signal: AbortSignal): Promise<void>;
}

/**
 * Where instances are registered. A backend moves data and forgets what is not renewed; heart-beats, retries, caching
 * and naming errors are done once for all backends by `ServiceRegistry`.
 *
 * One backend object may serve several registries. Whatever it keeps running belongs to a lease or to a watch, and
 * ends with it. Its timers, files and idle connections do not keep the process alive. Where an engine's client cannot be
 * asked for that, as those of NATS and etcd, an open lease or watch may; then the backend's page says so, and whoever does
 * not close the registry does not end.
 */
export interface RegistryBackend {
  /** What it is, for log lines and errors, such as `memory` or `lease files in /tmp/...`. No secrets. */
  readonly description: string;
  readonly reach: Reach;
  /** Set where instances can only be looked up: `register` then rejects with a `ReadOnlyRegistryError`. Default `false`. */
  readonly readOnly?: boolean;
  /** Called once at boot. Throws when the backend can never work as configured; an outage is no reason to throw. */
  open?(): Promise<void>;
  /** Registers an instance for `ttlMs` milliseconds. The last registration of an id wins, whoever held it before. */
  register(instance: ServiceInstance, ttlMs: number, signal: AbortSignal): Promise<Lease>;
  /** The living instances as the registry has them now, not from a cache. Empty for an unknown service. */
  list(service: string, signal: AbortSignal): Promise<Snapshot>;
  /** The names of the services that have a living instance. */
  services(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * The living instances now, and again after each change, until the signal aborts. A reader that is slow misses the
   * snapshots in between, never the last, and changes within 100 ms may be put together: what is to be seen by all lasts
   * longer. It throws when the registry is lost; whoever reads it starts a new one.
   */
  watch(service: string, signal: AbortSignal): AsyncIterable<Snapshot>;
  /** Removes what is left of the dead, of all services, and says how many there were. */
  cleanup(signal: AbortSignal): Promise<number>;
  /** Figures worth showing, such as how many unreadable entries were ignored. */
  counters?(): Readonly<Record<string, number>>;
}
