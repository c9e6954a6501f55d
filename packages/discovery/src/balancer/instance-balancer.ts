import { type Clock, type Random, systemRandom } from '@rookery/common';
import { type EjectionSettings } from '../ejection/ejection.options.js';
import { type EjectionListener, Ejector } from '../ejection/ejector.js';
import { OutlierDetector } from '../ejection/outlier-detector.js';
import { type SignOfLife } from '../ejection/sign-of-life.js';
import { NoInstancesError } from '../errors/no-instances.error.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Route } from '../routing/route.js';
import { type BalancingAlgorithm, type Candidate, type Candidates } from './balancing-algorithm.js';
import { type BalancerReport, reportInstance } from './balancer-report.js';
import { hashText, toUnit } from './hash.js';
import { type CallOutcome, type LoadReport } from './instance-stats.js';
import { type Member, type Selection, type SelectionRules } from './selection.js';
import { type Accept, Selections } from './selections.js';
import { StatsBook } from './stats-book.js';

export interface PickOptions {
  /** Ids of instances that were tried already. When nobody else is left they are allowed again. */
  exclude?: ReadonlySet<string>;
  /** Which instances the call can go to at all, such as those that speak its protocol. Default: all. Keep the function. */
  accept?: Accept;
  /** Calls with the same key belong together: see the strategies `consistent-hash` and `sticky`. Default: none. */
  key?: string;
  /** Which versions and kinds of instances the call is for. Default: the service's own route. Keep the object. */
  route?: Route;
}

/** Where a call goes. Whoever picked has to say how it ended, once; what comes after the first time is ignored. */
export interface Picked {
  readonly instance: ServiceInstance;
  /** How many others could be picked next that were not tried yet. */
  readonly alternatives: number;
  /**
   * Says that the instance has answered although the call goes on, as with a stream: the time of the answer is that of its
   * beginning. The call counts as running until `done`. Once; of no use for a call with a single answer.
   */
  readonly answered: () => void;
  /**
   * @param retryAfterMs How long the instance asked its callers to stay away, when it failed and said so.
   * @param report What the instance said about itself with its answer.
   */
  readonly done: (outcome: CallOutcome, retryAfterMs?: number, report?: LoadReport) => void;
}

/** What may be added to the algorithm; what is left out is not done. */
export interface InstanceBalancerParts extends SelectionRules {
  /** Who is put out for failing. */
  readonly ejection?: EjectionSettings | undefined;
  readonly listener?: EjectionListener | undefined;
  /** How one is asked for a sign of life that leaves calls unanswered. It takes ejection. */
  readonly signOfLife?: SignOfLife | undefined;
  /** Which instances calls go to that have no route of their own. */
  readonly route?: Route | undefined;
  /** Default: the system's generator. */
  readonly random?: Random | undefined;
}

const NO_OPTIONS: PickOptions = {};
const NOBODY_LISTENS: EjectionListener = { ejected() {}, restored() {} };

/**
 * Chooses instances of one service from lists that are given to it. It knows no registry: `LoadBalancer` feeds it from
 * one, and it can be used alone for fixed addresses.
 */
export class InstanceBalancer {
  #list: readonly ServiceInstance[] | undefined;
  #members: readonly Member[] = [];
  #selections: Selections;
  readonly #book: StatsBook;
  readonly #ejector: Ejector | undefined;
  readonly #detector: OutlierDetector | undefined;
  readonly #random: Random;

  constructor(
    private readonly service: string,
    private readonly algorithm: BalancingAlgorithm,
    private readonly clock: Clock,
    private readonly parts: InstanceBalancerParts = {},
  ) {
    const { ejection, listener = NOBODY_LISTENS, random = systemRandom, signOfLife } = parts;
    this.#random = random;
    this.#book = new StatsBook(ejection);
    this.#ejector = ejection && new Ejector(ejection, listener);
    this.#detector = this.#ejector && new OutlierDetector(this.#ejector, signOfLife, clock);
    this.#selections = new Selections([], parts, this.#ejector);
  }

  /** Throws a `NoInstancesError` when there is nobody on the list that the call can go to. */
  pick(instances: readonly ServiceInstance[], options: PickOptions = NO_OPTIONS): Picked {
    const now = this.clock.monotonic();
    if (instances !== this.#list) this.#adopt(instances, now);
    const { exclude, accept, route = this.parts.route } = options;
    const selection = this.#selections.of(accept, route);
    selection.refresh(now);
    if (exclude && exclude.size > 0) return this.#pickAnother(selection, exclude, options, now);
    const candidates = selection.candidates(selection.divided ? this.#draw(options.key) : 0);
    if (!candidates) throw new NoInstancesError(this.service, instances.length);
    const probed = this.#probe(selection, candidates, options, now);
    const chosen = probed ?? this.algorithm.pick(candidates, now, options);
    const others = selection.usable.length - (probed && !selection.panicking ? 0 : 1);
    return this.#send(chosen, others, now, probed !== undefined);
  }

  /** What is known of the instances of the last list. */
  report(): Pick<BalancerReport, 'panicking' | 'instances'> {
    const now = this.clock.monotonic();
    const { panicking } = this.#selections.of(undefined, this.parts.route);
    return { panicking, instances: this.#members.map((member) => reportInstance(member, now)) };
  }

  /** Ends what it does beside the calls: it asks nobody for a sign of life any more. */
  close(): void {
    this.#detector?.close();
  }

  /** Of all who can be called, the pools aside: a second try matters more than where it goes. */
  #pickAnother(
    selection: Selection,
    exclude: ReadonlySet<string>,
    options: PickOptions,
    now: number,
  ): Picked {
    const { usable } = selection;
    const untried = usable.filter(({ instance }) => !exclude.has(instance.id));
    const candidates = isSome(untried) ? untried : usable;
    if (!isSome(candidates)) throw new NoInstancesError(this.service, this.#members.length);
    const chosen = this.algorithm.pick(candidates, now, options);
    return this.#send(chosen, Math.max(0, untried.length - 1), now, false);
  }

  /**
   * The ejected one whose turn it is to show whether it works again. Only a first try is given to it, so that a second
   * one is left when it fails, and no call that belongs to another instance.
   */
  #probe(
    selection: Selection,
    candidates: Candidates,
    options: PickOptions,
    now: number,
  ): Member | undefined {
    if (!this.#ejector || this.#ejector.ejected === 0) return undefined;
    const isWorthACall = (one: Member | undefined) =>
      one !== undefined && this.#detector?.mayProbe(one) === true;
    const standing = this.#ejector.due((one) => isWorthACall(selection.memberOf(one)), now);
    const member = standing && selection.memberOf(standing);
    if (!member) return undefined;
    const { algorithm } = this;
    if (algorithm.mayTry && !algorithm.mayTry(member, candidates, now, options)) return undefined;
    this.#ejector.probe(standing, now);
    return member;
  }

  /** Calls that belong together are drawn together. */
  #draw(key: string | undefined): number {
    return key === undefined ? this.#random() : toUnit(hashText(key));
  }

  /** Lists are never changed in place, so a list that is the same object needs no second look. */
  #adopt(instances: readonly ServiceInstance[], now: number): void {
    const pages = this.#book.list(instances, now);
    this.#members = instances.flatMap((instance, at) => {
      const page = pages[at];
      return page ? [{ instance, weight: instance.weight, ...page }] : [];
    });
    this.#detector?.adopt(this.#members, this.parts.subset?.size);
    this.#selections = new Selections(this.#members, this.parts, this.#ejector);
    this.#list = instances;
  }

  #send(chosen: Candidate, alternatives: number, startedAt: number, probe: boolean): Picked {
    const { instance, stats } = chosen;
    let running = true;
    let answered = false;
    stats.started();
    this.#detector?.called(chosen, startedAt);
    return {
      instance,
      alternatives,
      answered: () => {
        if (!running || answered) return;
        answered = true;
        const now = this.clock.monotonic();
        const tookMs = now - startedAt;
        stats.answered(tookMs, now);
        if (probe) stats.recovered(tookMs, now);
        this.#detector?.ended({ member: chosen, outcome: 'success', probe, tookMs, now });
      },
      done: (outcome, retryAfterMs, report) => {
        if (!running) return;
        running = false;
        const now = this.clock.monotonic();
        const tookMs = now - startedAt;
        if (report) stats.reported(report, now);
        if (answered) return this.#endAnswered(chosen, outcome, tookMs, now);
        stats.ended(outcome, tookMs, now, retryAfterMs);
        if (probe && outcome === 'success') stats.recovered(tookMs, now);
        this.#detector?.ended({ member: chosen, outcome, probe, tookMs, now });
      },
    };
  }

  /** How long a stream went on tells nothing; that it broke does. */
  #endAnswered(chosen: Candidate, outcome: CallOutcome, tookMs: number, now: number): void {
    if (outcome !== 'failure') return chosen.stats.left();
    chosen.stats.ended(outcome, tookMs, now);
    this.#detector?.broken({ member: chosen, outcome, probe: false, tookMs, now });
  }
}

function isSome(candidates: readonly Candidate[]): candidates is Candidates {
  return candidates.length > 0;
}
