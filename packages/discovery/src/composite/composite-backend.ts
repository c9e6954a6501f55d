import { within } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { ReadOnlyRegistryError } from '../errors/read-only-registry.error.js';
import { latest, type Sink } from '../registry/latest.js';
import { type Lease, type Reach, type RegistryBackend, type Snapshot } from '../registry/registry-backend.js';
import { choose, type Opinion } from './choose.js';
import { askMember, followMember, lostError, type MemberParts, PATIENCE_MS } from './member.js';

const REACHES: readonly Reach[] = ['process', 'host', 'network'];

/** Several registries as one: the first that has an instance of a service wins, and the first that can registers. */
export class CompositeBackend implements RegistryBackend {
  readonly description: string;
  readonly reach: Reach;
  readonly readOnly: boolean;
  readonly #writable: RegistryBackend | undefined;
  #revision = 0;

  constructor(
    private readonly members: readonly RegistryBackend[],
    private readonly parts: MemberParts,
  ) {
    this.description = members.map(({ description }) => description).join(', then ');
    this.#writable = members.find(({ readOnly }) => !readOnly);
    this.readOnly = this.#writable === undefined;
    this.reach = this.#writable?.reach ?? widest(members);
  }

  /** The same registries, each behind what `wrap` puts before it. */
  behind(wrap: (member: RegistryBackend) => RegistryBackend): CompositeBackend {
    return new CompositeBackend(this.members.map(wrap), this.parts);
  }

  async open(): Promise<void> {
    for (const member of this.members) await member.open?.();
  }

  register(instance: ServiceInstance, ttlMs: number, signal: AbortSignal): Promise<Lease> {
    if (this.#writable) return this.#writable.register(instance, ttlMs, signal);
    return Promise.reject(new ReadOnlyRegistryError(this.description, instance.service));
  }

  async list(service: string, signal: AbortSignal): Promise<Snapshot> {
    // Drawn first: what a watch says while the registries are asked is newer.
    const revision = this.#nextRevision();
    const opinion = await this.#decide(service, signal);
    if (opinion.kind === 'lost') throw lostError(opinion);
    return { revision, instances: opinion.kind === 'list' ? opinion.instances : [] };
  }

  /** Asks all at once, and waits for no more of them than it takes to know. */
  async #decide(service: string, signal: AbortSignal): Promise<Opinion> {
    const decided = new AbortController();
    const either = AbortSignal.any([signal, decided.signal]);
    const opinions = this.members.map((): Opinion => ({ kind: 'silent' }));
    try {
      return await new Promise((resolve) => {
        this.members.forEach(async (member, index) => {
          opinions[index] = await askMember(member, service, this.parts.clock, either);
          const opinion = choose(opinions);
          if (opinion.kind !== 'silent') resolve(opinion);
        });
      });
    } finally {
      decided.abort();
    }
  }

  async services(signal: AbortSignal): Promise<readonly string[]> {
    const names = await this.#askAll(signal, (member, inner) => member.services(inner));
    return [...new Set(names.flat())];
  }

  watch(service: string, signal: AbortSignal): AsyncIterable<Snapshot> {
    return latest<Snapshot>((sink) => this.#follow(service, sink), signal);
  }

  async cleanup(signal: AbortSignal): Promise<number> {
    const counts = await this.#askAll(signal, (member, inner) => member.cleanup(inner));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  counters(): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const member of this.members)
      for (const [name, value] of Object.entries(member.counters?.() ?? {}))
        sums[name] = (sums[name] ?? 0) + value;
    return sums;
  }

  #follow(service: string, sink: Sink<Snapshot>): () => Promise<unknown> {
    const stop = new AbortController();
    const opinions = this.members.map((): Opinion => ({ kind: 'silent' }));
    let shown: readonly ServiceInstance[] | undefined;
    const publish = () => {
      const opinion = choose(opinions);
      if (opinion.kind === 'lost') sink.fail(lostError(opinion));
      if (opinion.kind !== 'list' || opinion.instances === shown) return;
      shown = opinion.instances;
      sink.push({ revision: this.#nextRevision(), instances: shown });
    };
    const follows = this.members.map((member, index) =>
      followMember(member, service, this.parts, stop.signal, (opinion) => {
        opinions[index] = opinion;
        publish();
      }),
    );
    return () => {
      stop.abort();
      // One that does not end must not keep the watch from being started anew.
      return within(this.parts.clock, PATIENCE_MS, () => Promise.all(follows), { background: true }).catch(
        () => {},
      );
    };
  }

  /** What those answer that can; rejects when nobody can. */
  async #askAll<T>(
    signal: AbortSignal,
    ask: (member: RegistryBackend, signal: AbortSignal) => Promise<T>,
  ): Promise<T[]> {
    const results = await Promise.allSettled(
      this.members.map((member) =>
        within(this.parts.clock, PATIENCE_MS, (inner) => ask(member, inner), { signal, background: true }),
      ),
    );
    const answers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = results.find((result) => result.status === 'rejected');
    if (answers.length === 0 && failed) throw failed.reason;
    return answers;
  }

  readonly #nextRevision = (): number => (this.#revision += 1);
}

function widest(members: readonly RegistryBackend[]): Reach {
  return members
    .map(({ reach }) => reach)
    .reduce((a, b) => (REACHES.indexOf(a) > REACHES.indexOf(b) ? a : b), 'process');
}
