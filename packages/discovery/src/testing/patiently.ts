import { type RegistrySubject } from './conformance-subject.js';

/** So often a test is made at most. */
const MOST_TRIES = 4;

/** By so much longer than it asked for a test may take and still count, in milliseconds. The suite's margins are wider. */
const SLOW_MS = 400;

/** What a timer is late by on any machine, in milliseconds. */
const TIMER_MS = 10;

/**
 * Makes a test of a registry that lives in real time, with a new subject, and makes it again when it failed while the
 * machine stood still: a lease that ran out because nobody could renew it shows nothing. In virtual time a test is made once.
 *
 * @param now The real time, in milliseconds.
 */
export async function patiently(
  create: () => Promise<RegistrySubject>,
  test: (subject: RegistrySubject) => Promise<void>,
  now: () => number = () => performance.now(),
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const begunAt = now();
    let asked = 0;
    const subject = await create();
    const elapse = async (ms: number) => {
      const startedAt = now();
      await subject.elapse(ms);
      asked += Math.min(now() - startedAt, ms + TIMER_MS);
    };
    try {
      return await test({ connect: () => subject.connect(), elapse, dispose: () => subject.dispose() });
    } catch (error) {
      const late = now() - begunAt - asked;
      if (late < SLOW_MS || tries === MOST_TRIES) throw error;
    }
  }
}
