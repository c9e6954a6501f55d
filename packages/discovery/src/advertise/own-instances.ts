import { sleep, within, type Clock } from '@rookery/common';
import { type OwnStatus } from '../control/own-status.js';
import { type Advertisement } from '../discovery.settings.js';
import { type Registration } from '../registry/registration.js';
import { type ServiceRegistry } from '../registry/service-registry.js';
import { type ListeningAddress } from './listening-address.js';

/** The longest that the first word of leaving may take: a registry that hangs must not stop the app from stopping. */
const MARK_TIMEOUT_MS = 2_000;

/**
 * The instances that this app is: one for each of its servers, as callers of one protocol cannot use the address of another.
 * They are up, drain and leave together.
 */
export class OwnInstances {
  readonly #registrations: Registration[] = [];

  constructor(
    private readonly registry: ServiceRegistry,
    private readonly status: OwnStatus,
  ) {}

  get any(): boolean {
    return this.#registrations.length > 0;
  }

  /** The first one is what `ServiceRegistry.self` tells. The others have its id with their protocol behind it. */
  announce(advertisement: Advertisement, address: ListeningAddress): Registration {
    const [first] = this.#registrations;
    const registration = first
      ? this.registry.announce({ ...address, ...advertisement, id: this.#idBeside(first, address) })
      : this.registry.announceSelf({ ...address, ...advertisement });
    this.#registrations.push(registration);
    return registration;
  }

  /** Tells the status. What the registry cannot be told now goes out with the next beat that succeeds. */
  mark(): void {
    for (const registration of this.#registrations)
      registration.update({ status: this.status.value }).catch(() => undefined);
  }

  /**
   * Callers go on calling until they have learnt of it, and a request that is cut off cannot always be repeated. So the
   * instances stay listed as draining for that time, which keeps them for those who know nobody else, and go then.
   */
  async leave(clock: Clock, delayMs: number): Promise<void> {
    if (!this.any) return;
    await Promise.all(
      this.#registrations.map((registration) =>
        within(clock, MARK_TIMEOUT_MS, () => registration.update({ status: 'draining' })).catch(
          () => undefined,
        ),
      ),
    );
    await sleep(clock, delayMs);
    await Promise.all(
      this.#registrations.map(({ instance: { service, id } }) => this.registry.deregister(service, id)),
    );
  }

  #idBeside({ instance }: Registration, { protocol, port }: ListeningAddress): string {
    const id = `${instance.id}-${protocol}`;
    return this.#registrations.some((other) => other.instance.id === id) ? `${id}-${port}` : id;
  }
}
