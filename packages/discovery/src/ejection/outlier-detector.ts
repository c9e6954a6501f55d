import { type Clock } from '@rookery/common';
import { type CallOutcome, type InstanceStats } from '../balancer/instance-stats.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Ejector } from './ejector.js';
import { LifeChecks } from './life-checks.js';
import { type SignOfLife } from './sign-of-life.js';

interface Member {
  readonly instance: ServiceInstance;
  readonly stats: InstanceStats;
}

/** How a call ended, for whom it was, and when. */
export interface CallEnd {
  readonly member: Member;
  readonly outcome: CallOutcome;
  /** Whether it was the single call that decides about one who is out. */
  readonly probe: boolean;
  readonly tookMs: number;
  readonly now: number;
}

/** Learns from the ends of calls who is to be put out, and from whom nothing is heard any more. */
export class OutlierDetector {
  readonly #checks: LifeChecks<InstanceStats> | undefined;

  /** @param signOfLife Left out: nobody is asked, and calls alone decide. */
  constructor(
    private readonly ejector: Ejector,
    signOfLife: SignOfLife | undefined,
    private readonly clock: Clock,
  ) {
    this.#checks = signOfLife && new LifeChecks(signOfLife, clock);
  }

  /**
   * Who is listed now.
   *
   * @param most How many of the listed get calls at most.
   */
  adopt(listed: readonly Member[], most?: number): void {
    this.ejector.adopt(listed, most);
    this.#checks?.keep(new Set(listed.map(({ stats }) => stats)));
  }

  /** Asks nobody for a sign of life any more. */
  close(): void {
    this.#checks?.keep(new Set());
  }

  /** Whether a call may find out if one who is out works again. One that gives no sign of life would only lose it. */
  mayProbe({ stats }: Member): boolean {
    return !this.#checks?.isSilent(stats);
  }

  called({ stats: { standing } }: Member, now: number): void {
    standing?.silence.asked(now);
  }

  ended(end: CallEnd): void {
    const { member, outcome, tookMs, now } = end;
    const { stats } = member;
    if (outcome === 'success') this.#checks?.heard(stats);
    const doubtInMs = stats.standing?.silence.ended(outcome, tookMs, now);
    if (doubtInMs !== undefined) this.#doubt(member, doubtInMs);
    this.broken(end);
  }

  /** The end of a call that waited for no answer any more, such as a stream that broke in the middle. */
  broken({ member, outcome, probe, tookMs, now }: CallEnd): void {
    const { stats } = member;
    // A call that was lost while it hung says nothing against one that goes on.
    const told = outcome === 'failure' && !stats.isTelling(now - tookMs) ? 'ignored' : outcome;
    const wasOut = isOut(member);
    this.ejector.observe(member, told, probe, now, this.#checks?.isSilent(stats));
    // Nobody may listen there any more. Once for each verdict: calls that were under way may fail by the hundred.
    if (isOut(member) && (!wasOut || (probe && told === 'failure'))) this.#ask(member, 0);
  }

  /** A call to it was left unanswered. Unless something else is heard of it, it is asked before it is judged. */
  #doubt(member: Member, inMs: number): void {
    // It is being asked already. There may have been no room to put it out so far.
    if (this.#checks?.isSilent(member.stats) && this.ejector.lists(member))
      return this.ejector.silent(member, this.clock.monotonic());
    this.#ask(member, inMs);
  }

  #ask(member: Member, inMs: number): void {
    if (!this.ejector.lists(member)) return;
    const doubted = {
      instance: member.instance,
      silent: () => this.ejector.silent(member, this.clock.monotonic()),
      alive: (wasSilent: boolean) => this.#alive(member, wasSilent),
    };
    this.#checks?.start(member.stats, doubted, inMs);
  }

  /** One that was never silent is slow or fails, which its calls have to tell. */
  #alive(member: Member, wasSilent: boolean): void {
    const { standing } = member.stats;
    const now = this.clock.monotonic();
    standing?.silence.heard(now);
    if (!wasSilent) return;
    // What it is like now is not what it was like before; without room it was never put out.
    if (standing?.state.kind === 'in') member.stats.forget(now);
    else this.ejector.alive(member, now);
  }
}

function isOut({ stats: { standing } }: Member): boolean {
  return standing?.state.kind === 'out';
}
