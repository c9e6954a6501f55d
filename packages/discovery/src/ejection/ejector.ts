import { type CallOutcome } from '../balancer/instance-stats.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type EjectionSettings } from './ejection.options.js';
import { type EjectionReason, type Standing } from './standing.js';

/** An instance with what its calls have said about it. */
export interface Judged {
  readonly instance: ServiceInstance;
  readonly stats: { readonly standing?: Standing | undefined };
}

/** What became of an instance. Each is told once, not for every call. */
export interface EjectionListener {
  ejected(instance: ServiceInstance, reason: EjectionReason, forMs: number): void;
  restored(instance: ServiceInstance): void;
}

/**
 * Puts out the instances of one service that fail, and lets them in again. It never puts out so many that the others
 * would have to carry too much, and it has no timer: who may be tried again is found out when the next call is made.
 */
export class Ejector {
  #version = 0;
  /** How many of the listed get calls. */
  #inUse = 0;
  #nextRetryAt = Infinity;
  readonly #listed = new Set<Standing>();
  readonly #out = new Map<Standing, ServiceInstance>();

  constructor(
    readonly settings: EjectionSettings,
    private readonly listener: EjectionListener,
  ) {}

  /** Grows with every change of who is out. */
  get version(): number {
    return this.#version;
  }

  /** How many of the listed are out. */
  get ejected(): number {
    return this.#out.size;
  }

  /**
   * Who is listed now. Those that are out and no longer listed leave room for others.
   *
   * @param most How many of the listed get calls at most.
   */
  adopt(listed: readonly Judged[], most = Infinity): void {
    this.#inUse = Math.min(listed.length, most);
    this.#listed.clear();
    this.#out.clear();
    for (const { instance, stats } of listed) {
      const { standing } = stats;
      if (!standing) continue;
      this.#listed.add(standing);
      if (standing.state.kind === 'out') this.#out.set(standing, instance);
    }
    this.#changed();
  }

  lists({ stats }: Judged): boolean {
    return stats.standing !== undefined && this.#listed.has(stats.standing);
  }

  /** The one whose turn it is to be tried again with a single call, among those that the call can go to. */
  due(canGoTo: (standing: Standing) => boolean, now: number): Standing | undefined {
    if (now < this.#nextRetryAt) return undefined;
    for (const standing of this.#out.keys()) {
      const { state } = standing;
      if (state.kind === 'out' && state.retryAt <= now && canGoTo(standing)) return standing;
    }
    return undefined;
  }

  /** The single call is under way, so nobody else is to try. */
  probe(standing: Standing, now: number): void {
    standing.probe(now);
    this.#findNextRetry();
  }

  /** It gives no sign of life, which is reason enough. */
  silent({ instance, stats }: Judged, now: number): void {
    const { standing } = stats;
    if (!standing || standing.state.kind === 'out') return;
    if (this.#mayEject(standing)) this.#eject(instance, standing, 'no-sign-of-life', now);
  }

  /** It has given a sign of life after it was silent, so a single call may find out at once whether it works. */
  alive({ stats }: Judged, now: number): void {
    stats.standing?.retryNow(now);
    this.#findNextRetry();
  }

  /**
   * Notes how a call ended. What was under way when the instance was put out changes nothing.
   *
   * @param silent Whether the instance was asked for a sign of life and gives none: what tells nothing is then a failure.
   */
  observe(
    { instance, stats }: Judged,
    outcome: CallOutcome,
    probe: boolean,
    now: number,
    silent = false,
  ): void {
    const { standing } = stats;
    if (!standing) return;
    const isOut = standing.state.kind === 'out';
    if (probe && isOut) return this.#decide(instance, standing, outcome, now, silent);
    if (isOut || outcome === 'ignored') return;
    const reason = standing.record(outcome === 'success', now);
    if (reason && this.#mayEject(standing)) this.#eject(instance, standing, reason, now);
  }

  #decide(
    instance: ServiceInstance,
    standing: Standing,
    outcome: CallOutcome,
    now: number,
    silent: boolean,
  ): void {
    if (outcome !== 'success') {
      // What a hedge overtakes tells nothing, unless the instance is known to hang: it would get call after call.
      if (outcome === 'failure' || silent) standing.keepOut(now);
      else standing.retryNow(now);
      return this.#findNextRetry();
    }
    standing.restore(now);
    this.#out.delete(standing);
    this.#changed();
    this.listener.restored(instance);
  }

  #eject(instance: ServiceInstance, standing: Standing, reason: EjectionReason, now: number): void {
    const forMs = standing.eject(reason, now);
    this.#out.set(standing, instance);
    this.#changed();
    this.listener.ejected(instance, reason, forMs);
  }

  /** The only one there is stays in: somebody has to be called. */
  #mayEject(standing: Standing): boolean {
    if (!this.#listed.has(standing)) return false;
    const most = Math.max(1, Math.floor(this.#inUse * this.settings.maxEjectedShare));
    return this.#inUse > 1 && this.#out.size < most;
  }

  #changed(): void {
    this.#version += 1;
    this.#findNextRetry();
  }

  #findNextRetry(): void {
    this.#nextRetryAt = Infinity;
    for (const { state } of this.#out.keys()) {
      if (state.kind === 'out') this.#nextRetryAt = Math.min(this.#nextRetryAt, state.retryAt);
    }
  }
}
