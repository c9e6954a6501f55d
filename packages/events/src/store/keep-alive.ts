import { type Clock, type ScheduledTask } from '@rookery/common';

const DAY_MS = 86_400_000;

/** Keeps the process alive while something is at work: a worker that only handles events has nothing else to do so. */
export class KeepAlive {
  #holders = 0;
  #timer: ScheduledTask | undefined;

  constructor(private readonly clock: Clock) {}

  hold(): void {
    this.#holders += 1;
    if (!this.#timer) this.#arm();
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.clock.schedule(DAY_MS, () => this.#arm());
  }
}
