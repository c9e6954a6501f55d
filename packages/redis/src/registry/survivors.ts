import { type Clock } from '@rookery/common';
import { type ServiceInstance } from '@rookery/discovery';
import { type Registered } from './entry-record.js';

interface Survivor extends Registered {
  /** Until when it is listed without an entry; unset while the server is away. */
  until: number | undefined;
}

/**
 * Who was listed when the connection was lost. A server that comes back may have forgotten everything, and every owner
 * needs up to a beat to notice; an empty list would stop every call meanwhile. So whoever was listed has one time
 * to live to come back, counted from the first answer, on this process's own steady clock.
 */
export class Survivors {
  readonly #services = new Map<string, Map<string, Survivor>>();

  constructor(private readonly clock: Clock) {}

  /** The connection is lost: nobody can say any more who leaves. */
  keep(service: string, listed: readonly Registered[]): void {
    const kept = this.#services.get(service) ?? new Map<string, Survivor>();
    for (const survivor of kept.values()) survivor.until = undefined;
    for (const { instance, ttlMs } of listed) kept.set(instance.id, { instance, ttlMs, until: undefined });
    if (kept.size > 0) this.#services.set(service, kept);
  }

  /** Whether somebody is listed without an entry. */
  has(service: string): boolean {
    return this.#services.has(service);
  }

  forget(service: string): void {
    this.#services.delete(service);
  }

  /** Those whom the server lists, and those who may still come back. */
  join(service: string, listed: readonly ServiceInstance[]): readonly ServiceInstance[] {
    const kept = this.#services.get(service);
    if (!kept) return listed;
    const now = this.clock.monotonic();
    for (const { id } of listed) kept.delete(id);
    for (const [id, survivor] of kept) {
      survivor.until ??= now + survivor.ttlMs;
      if (survivor.until <= now) kept.delete(id);
    }
    if (kept.size === 0) this.#services.delete(service);
    return inOrder([...listed, ...[...kept.values()].map(({ instance }) => instance)]);
  }
}

/** Always the same order, so that lists can be compared. */
export function inOrder(instances: ServiceInstance[]): readonly ServiceInstance[] {
  return instances.sort((a, b) => (a.id < b.id ? -1 : 1));
}
