import { type Ejector } from '../ejection/ejector.js';
import { type Standing } from '../ejection/standing.js';
import { drawPool, onePool, type Pool, scaled } from '../routing/pools.js';
import { type Route } from '../routing/route.js';
import { type SlowStart } from '../routing/slow-start.js';
import { subsetFor } from '../routing/subset.js';
import { divideByVersion } from '../routing/version-shares.js';
import { divideByZone, type ZoneSettings } from '../routing/zone-preference.js';
import { type Candidate, type Candidates } from './balancing-algorithm.js';

/** A candidate with what the rules, but no algorithm, need to know of it. */
export interface Member extends Candidate {
  /** When it was first seen, on the steady clock. */
  readonly since: number;
}

/** How the listed instances become those that get calls. What is left out is not done. */
export interface SelectionRules {
  readonly slowStart?: SlowStart | undefined;
  readonly zones?: ZoneSettings | undefined;
  /** How many instances of all this caller talks to, and what tells it from other callers. */
  readonly subset?: { readonly size: number; readonly caller: string } | undefined;
}

/**
 * The instances that calls of one kind can go to, made once for each list and used for every call until something
 * changes: who is ejected, or the weights of those that are starting.
 *
 * The order: route, up, subset, panic guard, ejection, slow start, shares of versions, zones.
 */
export class Selection {
  /** Everybody who may be called, in all pools together. */
  #usable: readonly Member[] = [];
  #pools: readonly Pool[] = [];
  #panicking = false;
  #version = -1;
  #staleAt = Infinity;
  readonly #eligible: readonly Member[];
  readonly #upShare: number;
  #byStanding: ReadonlyMap<Standing | undefined, Member> | undefined;

  constructor(
    matching: readonly Member[],
    private readonly rules: SelectionRules,
    private readonly ejector: Ejector | undefined,
    private readonly weights: Route['weights'],
  ) {
    const up = matching.filter(({ instance }) => instance.status === 'up');
    // Somebody who is about to leave is still better than nobody.
    const best = up.length > 0 ? up : matching;
    const { subset } = rules;
    this.#eligible = subset ? subsetFor(subset.caller, subset.size, best) : best;
    this.#upShare = up.length / Math.max(1, matching.length);
  }

  /** Brings it up to date. Cheap when nothing has changed. */
  refresh(now: number): void {
    const version = this.ejector?.version ?? 0;
    if (version === this.#version && now < this.#staleAt) return;
    this.#version = version;
    const allowed = this.#allowed();
    this.#usable = this.#warming(allowed, now);
    this.#pools = this.#divided(this.#usable);
  }

  get usable(): readonly Member[] {
    return this.#usable;
  }

  /** Whether the ejected are called as well, because too few are healthy. */
  get panicking(): boolean {
    return this.#panicking;
  }

  /** Whether there is anything to draw for. */
  get divided(): boolean {
    return this.#pools.length > 1;
  }

  /** The candidates of one call. @param drawn A number in [0, 1). */
  candidates(drawn: number): Candidates | undefined {
    return this.#pools.length > 1 ? drawPool(this.#pools, drawn).candidates : this.#pools[0]?.candidates;
  }

  /** The one with this standing, when calls of this kind can go to it. */
  memberOf(standing: Standing): Member | undefined {
    this.#byStanding ??= new Map(this.#eligible.map((member) => [member.stats.standing, member]));
    return this.#byStanding.get(standing);
  }

  /**
   * All who are up and not ejected; with too few of them, all who are up. Those that have said that they leave count as
   * not healthy, but are not called for it: they know better.
   */
  #allowed(): readonly Member[] {
    const healthy = this.#eligible.filter(({ stats }) => stats.standing?.state.kind !== 'out');
    const share = (this.#upShare * healthy.length) / Math.max(1, this.#eligible.length);
    const isEjecting = healthy.length < this.#eligible.length;
    this.#panicking =
      isEjecting && (healthy.length === 0 || share < (this.ejector?.settings.panicThreshold ?? 0));
    return this.#panicking ? this.#eligible : healthy;
  }

  /** When most of them are new, all are treated alike: there is nobody to take the calls instead. */
  #warming(members: readonly Member[], now: number): readonly Member[] {
    this.#staleAt = Infinity;
    const { slowStart } = this.rules;
    if (!slowStart) return members;
    const young = members.filter(({ since }) => now - since < slowStart.windowMs);
    if (young.length === 0) return members;
    this.#staleAt = now + slowStart.stepMs;
    if (young.length * 2 > members.length) return members;
    return members.map((member) => ({
      ...member,
      weight: member.weight * slowStart.factor(now - member.since),
    }));
  }

  #divided(members: readonly Member[]): readonly Pool[] {
    if (!isSome(members)) return [];
    const versions = this.weights ? divideByVersion(members, this.weights) : onePool(members);
    const { zones } = this.rules;
    if (!zones) return versions;
    return versions.flatMap(({ share, candidates }) => scaled(divideByZone(candidates, zones), share));
  }
}

function isSome(members: readonly Member[]): members is readonly [Member, ...Member[]] {
  return members.length > 0;
}
