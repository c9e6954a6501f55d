import { messageOf, repeat, type Repetition, systemClock } from '@rookery/common';

const INTERVAL_MS = 5_000;

/**
 * Announces what is stored and has not been announced: at once when something new is stored, and every few seconds what
 * a crash or a failure left. Announcing twice must change nothing, so events have the ids of what they are about.
 */
export class Announcer<T> {
  #repetition: Repetition | undefined;

  constructor(
    private readonly unannounced: () => readonly T[],
    private readonly announce: (thing: T) => Promise<void>,
    private readonly warn: (message: string) => void,
  ) {}

  start(): void {
    this.#repetition = repeat(
      systemClock,
      INTERVAL_MS,
      () => this.#announceAll(),
      (error) => this.warn(`Not announced yet, tried again soon: ${messageOf(error)}`),
    );
    this.#repetition.wake();
  }

  async stop(): Promise<void> {
    await this.#repetition?.stop();
  }

  async #announceAll(): Promise<void> {
    for (const thing of this.unannounced()) await this.announce(thing);
  }
}
