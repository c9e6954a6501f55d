import { type Clock, runInFreshContext } from '@rookery/common';
import { type Doubted, LifeCheck } from './life-check.js';
import { type SignOfLife } from './sign-of-life.js';

/**
 * Asks instances that are doubted for a sign of life. Each is asked by one question at a time, which waits at the
 * instance: one that was frozen answers in the moment in which it goes on, so nobody has to guess when a call may be
 * risked.
 *
 * The idea is Envoy's, where a passed health check ends an ejection (`successful_active_health_check_uneject_host`), and
 * SWIM's, where somebody is asked before he is declared dead (Das, Gupta, Motivala, 2002).
 */
export class LifeChecks<Key extends object> {
  readonly #checks = new Map<Key, LifeCheck>();

  constructor(
    private readonly ask: SignOfLife,
    private readonly clock: Clock,
  ) {}

  /** Whether it was asked and has not answered in time. */
  isSilent(key: Key): boolean {
    return this.#checks.get(key)?.silent ?? false;
  }

  /**
   * Asks it after this time, unless it is heard of until then or is being asked already. Nothing is told of one that cannot
   * be asked.
   */
  start(key: Key, doubted: Doubted, afterMs = 0): void {
    if (this.#checks.has(key)) return;
    const check = new LifeCheck(doubted, this.ask, this.clock);
    this.#checks.set(key, check);
    // Whose call has raised the doubt does not wait for it.
    void runInFreshContext({}, () => check.run(afterMs)).finally(() => {
      if (this.#checks.get(key) === check) this.#checks.delete(key);
    });
  }

  /** It has answered something else meanwhile, which is a sign of life as good as any. */
  heard(key: Key): void {
    const check = this.#checks.get(key);
    if (!check) return;
    this.#checks.delete(key);
    check.heard();
  }

  /** Stops asking all but these. */
  keep(keys: ReadonlySet<Key>): void {
    for (const [key, check] of this.#checks) {
      if (keys.has(key)) continue;
      this.#checks.delete(key);
      check.stop();
    }
  }
}
