import { type Clock, type Random, repeat, type Repetition } from '@rookery/common';
import { type HealthFinding, type HealthResult, type Indicator } from './indicator.js';
import { runCheck } from './run-check.js';

/** Called with what an indicator found when it differs from what it found before. */
export type OnHealthChange = (
  indicator: Indicator,
  now: HealthFinding,
  before: HealthFinding | undefined,
) => void;

/** Intervals are spread by this share either way, so that replicas do not check the same thing in step. */
const SPREAD = 0.1;

/** Checks one indicator again and again in the background, and keeps what was found last. */
export class Monitor {
  #last: { readonly finding: HealthFinding; readonly at: number } | undefined;
  #repetition: Repetition | undefined;
  readonly #stopped = new AbortController();

  constructor(
    readonly indicator: Indicator,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly onChange: OnHealthChange,
  ) {}

  /** What was found last. Never waits. */
  get result(): HealthResult {
    if (!this.#last) return this.#worst({ status: 'down', message: 'not checked yet' });
    return { ...this.#worst(this.#last.finding), ageMs: Math.round(this.clock.monotonic() - this.#last.at) };
  }

  /** Checks now, and from now on. */
  start(): void {
    const intervalMs = this.indicator.intervalMs * (1 - SPREAD + this.random() * 2 * SPREAD);
    // runCheck never rejects; what can throw is a listener, which must not end the checks.
    this.#repetition ??= repeat(
      this.clock,
      intervalMs,
      () => this.refresh(),
      () => undefined,
    );
    this.#repetition.wake();
  }

  /** No check starts any more, and the running one is given up. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('The app is ending.'));
    await this.#repetition?.stop();
  }

  async refresh(): Promise<void> {
    const before = this.#last?.finding;
    const finding = await runCheck(this.clock, this.indicator, this.#stopped.signal);
    if (this.#stopped.signal.aborted) return;
    this.#last = { finding, at: this.clock.monotonic() };
    if (finding.status !== before?.status) this.onChange(this.indicator, finding, before);
  }

  /** What is not critical never takes the whole down. */
  #worst(finding: HealthFinding): HealthFinding {
    const tolerable = finding.status === 'down' && !this.indicator.critical;
    return tolerable ? { ...finding, status: 'degraded' } : finding;
  }
}
