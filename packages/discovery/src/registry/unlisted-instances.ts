import {
  type Backoff,
  type Clock,
  createBackoff,
  type Random,
  runInFreshContext,
  sleep,
} from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { askRegistry } from './ask-registry.js';
import { type RegistryListener } from './registry-events.js';

/**
 * Whether an instance answers at all; `undefined` when that cannot be told now, because this process cannot ask. Asked
 * only about those that a registry has stopped listing, all at once.
 */
export type Answers = (instance: ServiceInstance, signal: AbortSignal) => Promise<boolean | undefined>;

/** How an empty list is doubted. */
export interface DoubtRules {
  /** In this time every living instance registers again, once the registry takes registrations. */
  readonly ttlMs: number;
  readonly answers: Answers;
}

/** What it is made with. */
export interface UnlistedParts extends DoubtRules {
  readonly service: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: RegistryListener;
  /** Called when some are not kept any longer, because they do not answer or have had their time. */
  readonly onFewer: () => void;
}

/** An answer may take this long. */
const ANSWER_TIMEOUT_MS = 1_000;

/** So many are asked at a time: a large service must not cost all of its callers' sockets. */
const ASKED_AT_ONCE = 50;

/** They are asked again and again, ever more seldom: all callers of the service do. */
const ASK_AGAIN = { delay: '200ms', maxDelay: '5s', jitter: 'equal' } as const;

/** Nobody is kept for longer: an address may long be somebody else's. */
const LONGEST_MS = 10 * 60_000;

/** One who is kept, and since and until when, on the steady clock. */
interface Kept {
  readonly instance: ServiceInstance;
  readonly since: number;
  until: number;
}

/**
 * Those who have vanished from a list in a way that says more about the registry than about them, and still answer. A
 * registry that has lost its data, or reads garbage, says the same as one whose service has ended; only the instances
 * themselves can tell. So they are asked, as Envoy keeps a host that is gone from discovery but healthy (its "eventually
 * consistent service discovery").
 *
 * Doubted is a list that becomes empty, that loses more than half at once, or that comes within one time to live after an
 * outage: a server that was frozen may first list all, and then let go of one after the other. Who was on it is kept
 * until he is listed again, does not answer, or had one time to live to come back since the registry listed anybody. Who
 * said that he leaves is not kept, nor is one at whose address somebody is listed: it has come back under another id.
 */
export class UnlistedInstances {
  readonly #kept = new Map<string, Kept>();
  readonly #pause: Backoff;
  readonly #stop = new AbortController();
  /** When an outage was long enough ago, on the steady clock. */
  #settledAt = -Infinity;
  #emptied = false;
  #told = false;
  #asking: Promise<void> | undefined;

  constructor(private readonly parts: UnlistedParts) {
    this.#pause = createBackoff(ASK_AGAIN, parts.random);
  }

  get size(): number {
    return this.#kept.size;
  }

  /**
   * The registry has said something: what to believe now, by what was believed before.
   *
   * @param afterOutage Whether it had not been heard before.
   */
  join(
    before: readonly ServiceInstance[],
    listed: readonly ServiceInstance[],
    afterOutage: boolean,
  ): readonly ServiceInstance[] {
    const { clock, ttlMs } = this.parts;
    const now = clock.monotonic();
    const empty = listed.length === 0;
    if (afterOutage) this.#settledAt = now + ttlMs;
    const isThere = whoIsThere(listed);
    const listedBefore = before.filter(({ id }) => !this.#kept.has(id));
    const vanished = listedBefore.filter((one) => one.status === 'up' && !isThere(one));
    for (const [id, { instance }] of this.#kept) if (isThere(instance)) this.#kept.delete(id);
    if (empty !== this.#emptied || afterOutage) this.#limit(now, empty);
    this.#emptied = empty;
    const many = vanished.length > listedBefore.length / 2;
    const until = empty ? now + LONGEST_MS : many ? now + ttlMs : this.#settledAt;
    if (now < until)
      for (const instance of vanished) this.#kept.set(instance.id, { instance, since: now, until });
    return this.with(listed);
  }

  /** The listed, and those who are kept. */
  with(listed: readonly ServiceInstance[]): readonly ServiceInstance[] {
    if (this.#kept.size === 0) {
      this.#believe();
      return listed;
    }
    this.#asking ??= runInFreshContext({}, () => this.#ask());
    const kept = [...this.#kept.values()].map(({ instance }) => instance);
    return [...listed, ...kept].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('The list is no longer kept.'));
    await this.#asking;
  }

  /** How long those stay who are kept already. As long as nobody is listed, nobody can come back. */
  #limit(now: number, empty: boolean): void {
    const end = empty ? Infinity : now + this.parts.ttlMs;
    for (const kept of this.#kept.values()) kept.until = Math.min(end, kept.since + LONGEST_MS);
  }

  async #ask(): Promise<void> {
    const { clock, onFewer } = this.parts;
    const { signal } = this.#stop;
    for (let round = 1; ; round += 1) {
      const before = this.#kept.size;
      await this.#dropSilent();
      if (signal.aborted) return;
      this.#dropOverdue(clock.monotonic());
      if (this.#kept.size < before) onFewer();
      if (this.#kept.size === 0) break;
      this.#doubt();
      await sleep(clock, this.#pause(round), signal, { background: true }).catch(() => {});
    }
    this.#asking = undefined;
  }

  /** That the registry is not believed is news when somebody has answered, not when the last instance has ended. */
  #doubt(): void {
    const { service, emit } = this.parts;
    if (!this.#told) emit({ type: 'list-doubted', service, kept: this.#kept.size });
    this.#told = true;
  }

  #believe(): void {
    if (this.#told) this.parts.emit({ type: 'list-believed', service: this.parts.service });
    this.#told = false;
  }

  #dropOverdue(now: number): void {
    for (const [id, { until }] of this.#kept) if (now >= until) this.#kept.delete(id);
  }

  async #dropSilent(): Promise<void> {
    const waiting = [...this.#kept.values()];
    const ask = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        // It may have been listed again meanwhile, as another object.
        const { id } = next.instance;
        const isSilent = (await this.#answers(next.instance)) === false;
        if (isSilent && this.#kept.get(id) === next) this.#kept.delete(id);
      }
    };
    await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask));
  }

  #answers(instance: ServiceInstance): Promise<boolean | undefined> {
    const { clock, answers } = this.parts;
    const ask = (signal: AbortSignal) => answers(instance, signal);
    return askRegistry(clock, ANSWER_TIMEOUT_MS, 'an answer', ask, this.#stop.signal).catch(() => false);
  }
}

/** Whether an instance is listed, or another one where it was: to call both would be to call that one twice as often. */
function whoIsThere(listed: readonly ServiceInstance[]): (instance: ServiceInstance) => boolean {
  const ids = new Set(listed.map(({ id }) => id));
  // Nearly everybody is there under the same id, in nearly every list.
  let addresses: ReadonlySet<string> | undefined;
  const isTaken = (address: string) => (addresses ??= new Set(listed.map(addressOf))).has(address);
  return (instance) => ids.has(instance.id) || isTaken(addressOf(instance));
}

function addressOf({ host, port }: ServiceInstance): string {
  return `${host} ${port}`;
}
