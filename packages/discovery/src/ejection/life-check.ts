import { type Clock, sleep, within } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type SignOfLife } from './sign-of-life.js';
import { SILENCE_MS } from './silence.js';

/** After this time without an answer the question is asked anew: a network that was cut does not remember the old one. */
const ASK_AGAIN_AFTER_MS = 5_000;

/** Between a refusal and the next question. */
const PAUSE_MS = 1_000;

/** Who was silent for this long is not asked any more. Calls may still find out that it works. */
const GIVE_UP_AFTER_MS = 10 * 60_000;

/** What came of a question; `undefined` when this process could not ask it. */
type Asked = boolean | undefined | 'cannot be asked';

/** One that is doubted, and who wants to know what becomes of it. */
export interface Doubted {
  readonly instance: ServiceInstance;
  /** It gives no sign of life. Told once. */
  silent(): void;
  /**
   * It has given a sign of life; the last thing that is told.
   *
   * @param wasSilent Whether it had given none for so long that `silent` was told.
   */
  alive(wasSilent: boolean): void;
}

/**
 * Asks one instance that is doubted for a sign of life, until it gives one. It says nothing of an instance when this process
 * itself cannot ask, and tries again.
 */
export class LifeCheck {
  #silent = false;
  readonly #stop = new AbortController();

  constructor(
    private readonly doubted: Doubted,
    private readonly ask: SignOfLife,
    private readonly clock: Clock,
  ) {}

  /** Whether it was asked and has not answered in time. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Resolves when there is nothing more to find out. */
  async run(afterMs: number): Promise<void> {
    try {
      if (afterMs > 0) await this.#wait(afterMs);
      await this.#askOn();
    } catch {
      // The wait was ended, because nobody wants to know any more.
    }
  }

  /** It was heard of otherwise. */
  heard(): void {
    this.stop();
    this.doubted.alive(this.#silent);
  }

  stop(): void {
    this.#stop.abort(new Error('The instance is no longer asked.'));
  }

  async #askOn(): Promise<void> {
    const until = this.clock.monotonic() + GIVE_UP_AFTER_MS;
    while (this.clock.monotonic() < until) {
      const answer = await this.#askInTime();
      if (answer === 'cannot be asked' || this.#stop.signal.aborted) return;
      if (answer) return this.doubted.alive(this.#silent);
      if (answer === false) this.#fallSilent();
      await this.#wait(PAUSE_MS);
    }
  }

  async #askInTime(): Promise<Asked> {
    const grace = this.clock.schedule(SILENCE_MS, () => this.#fallSilent(), { background: true });
    try {
      return await this.#askOnce();
    } finally {
      grace.cancel();
    }
  }

  #fallSilent(): void {
    if (this.#silent || this.#stop.signal.aborted) return;
    this.#silent = true;
    this.doubted.silent();
  }

  #askOnce(): Promise<Asked> {
    const { ask, clock, doubted } = this;
    const options = { signal: this.#stop.signal, background: true };
    const question = (ended: AbortSignal) => ask(doubted.instance, ended) ?? 'cannot be asked';
    return within<Asked>(clock, ASK_AGAIN_AFTER_MS, question, options).catch(() => false);
  }

  #wait(ms: number): Promise<void> {
    return sleep(this.clock, ms, this.#stop.signal, { background: true });
  }
}
