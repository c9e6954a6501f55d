import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { messageOf, repeat, type Repetition, systemClock } from '@rookery/common';

const INTERVAL_MS = 5_000;

/**
 * Announces what is stored. Whoever stores something calls `announce`; what a crash or a failure left unannounced
 * follows at the next start and every few seconds. Announcing twice must change nothing.
 */
export abstract class Announcer<T> implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(this.constructor.name);
  #repetition: Repetition | undefined;

  /** What is stored and may not have been announced. */
  protected abstract unannounced(): readonly T[];

  /** Announces it and notes that it did. */
  abstract announce(thing: T): Promise<void>;

  onApplicationBootstrap(): void {
    this.#repetition = repeat(
      systemClock,
      INTERVAL_MS,
      () => this.#announceAll(),
      (error) => this.#logger.warn(`Not announced yet, tried again soon: ${messageOf(error)}`),
    );
    this.#repetition.wake();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#repetition?.stop();
  }

  async #announceAll(): Promise<void> {
    for (const thing of this.unannounced()) await this.announce(thing);
  }
}
