import { messageOf, sleep } from '@rookery/common';
import { latest } from '../registry/latest.js';
import { type RegistryBackend, type Snapshot } from '../registry/registry-backend.js';
import { ReadOnlyBackend } from '../static/read-only.js';
import { type DnsHostService, type DnsSrvService } from './dns.options.js';
import { type DnsParts, DnsService } from './dns-service.js';

/** Looks instances up in the domain name system. Nobody can register there, and nobody tells of changes: it is asked again. */
export class DnsBackend extends ReadOnlyBackend implements RegistryBackend {
  readonly reach = 'network';
  readonly description: string;
  readonly #parts: DnsParts;
  readonly #services: ReadonlyMap<string, DnsService>;
  #revision = 0;

  constructor(
    places: Readonly<Record<string, DnsSrvService | DnsHostService>>,
    parts: Omit<DnsParts, 'nextRevision'>,
  ) {
    super();
    const { servers } = parts.settings;
    this.description = servers.length > 0 ? `DNS at ${servers.join(', ')}` : 'DNS';
    this.#parts = { ...parts, nextRevision: () => (this.#revision += 1) };
    this.#services = new Map(
      Object.entries(places).map(([name, place]) => [name, new DnsService(name, place, this.#parts)]),
    );
  }

  async list(service: string, signal: AbortSignal): Promise<Snapshot> {
    const source = this.#services.get(service);
    return source ? (await source.read(signal)).snapshot : this.#nothing();
  }

  /** Those that have an instance now. One that cannot be looked up has none that anybody knows of. */
  async services(signal: AbortSignal): Promise<readonly string[]> {
    const looks = [...this.#services].map(async ([name, source]) => {
      const { instances } = (await source.read(signal)).snapshot;
      return instances.length > 0 ? [name] : [];
    });
    const results = await Promise.allSettled(looks);
    const names = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const failed = results.find((result) => result.status === 'rejected');
    if (names.length === 0 && failed) throw new Error(messageOf(failed.reason), { cause: failed.reason });
    return names;
  }

  async *watch(service: string, signal: AbortSignal): AsyncGenerator<Snapshot, void> {
    const source = this.#services.get(service);
    if (!source) {
      yield* latest<Snapshot>(({ push }) => {
        push(this.#nothing());
        return () => {};
      }, signal);
      return;
    }
    for (let shown = 0; !signal.aborted;) {
      const reading = await source.read(signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (!reading) return;
      const { snapshot, nextMs } = reading;
      if (snapshot.revision > shown) yield snapshot;
      shown = snapshot.revision;
      await sleep(this.#parts.clock, nextMs, signal, { background: true }).catch(() => {});
    }
  }

  counters(): Readonly<Record<string, number>> {
    const services = [...this.#services.values()];
    return {
      ignoredRecords: services.reduce((sum, { ignored }) => sum + ignored, 0),
      doubtedAnswers: services.reduce((sum, { doubted }) => sum + doubted, 0),
    };
  }

  #nothing(): Snapshot {
    return { revision: this.#parts.nextRevision(), instances: [] };
  }
}
