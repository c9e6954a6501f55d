/** The steps of a shutdown that come before Nest's own, in their order. */
export type ClosingStep = 'unready' | 'leave' | 'drain';

const STEPS: readonly ClosingStep[] = ['unready', 'leave', 'drain'];

/**
 * What an app does before anything of it is destroyed. `unready`: it says that it is about to go. `leave`: it is taken
 * out of where callers look for it, and waits until they know. `drain`: it takes no new requests and finishes those it
 * has. A step begins when all work of the one before has ended.
 */
export class AppClosing {
  readonly #work = new Map<ClosingStep, (() => unknown)[]>(STEPS.map((step) => [step, []]));
  #running: Promise<void> | undefined;

  /** @param onError Told of work that failed. The shutdown goes on: whatever failed, the app has to end. */
  constructor(private readonly onError: (error: unknown, step: ClosingStep) => void) {}

  /** Adds work to a step. What is asked for in one step runs side by side. */
  on(step: ClosingStep, work: () => unknown): void {
    this.#work.get(step)?.push(work);
  }

  /** Goes through the steps, once: whoever calls it again waits for the same end. Never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    for (const [step, work] of this.#work) {
      const ends = await Promise.allSettled(work.map(async (part) => part()));
      for (const end of ends) if (end.status === 'rejected') this.onError(end.reason, step);
    }
  }
}
