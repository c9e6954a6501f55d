import { type RegistrySubject } from './conformance-subject.js';
import { patiently } from './patiently.js';

const failed = new Error('the lease is gone');

type Test = (subject: RegistrySubject, pass: (ms: number) => void, round: number) => Promise<void>;

/** Makes a test on a machine whose time the test makes: how often it was made, and what it failed with. */
async function made(test: Test, timersLateMs = 0) {
  let time = 0;
  let rounds = 0;
  const pass = (ms: number) => void (time += ms);
  const create = async (): Promise<RegistrySubject> => {
    rounds += 1;
    const elapse = async (ms: number) => pass(ms + timersLateMs);
    return { connect: () => ({}) as never, elapse, dispose: async () => {} };
  };
  const end = patiently(
    create,
    (subject) => test(subject, pass, rounds),
    () => time,
  );
  const error = await end.catch((reason: unknown) => reason);
  return { rounds, error };
}

describe('a test of a registry', () => {
  it('is made once when it passes, or fails in good time', async () => {
    expect(await made(async ({ elapse }) => elapse(1_000))).toEqual({ rounds: 1 });
    const inTime = await made(async ({ elapse }, pass) => {
      await elapse(60_000);
      pass(399);
      throw failed;
    });
    expect(inTime).toEqual({ rounds: 1, error: failed });
  });

  it('is made again when it failed while the machine stood still', async () => {
    const end = await made(async (_subject, pass, round) => {
      if (round > 2) return;
      pass(400);
      throw failed;
    });
    expect(end).toEqual({ rounds: 3 });
  });

  it('fails in the end, however slow the machine', async () => {
    const end = await made(async (_subject, pass) => {
      pass(5_000);
      throw failed;
    });
    expect(end).toEqual({ rounds: 4, error: failed });
  });

  it('is made again when a wait took far too long, and not for what timers are always late by', async () => {
    const waits = (times: number) => async (subject: RegistrySubject) => {
      for (let wait = 0; wait < times; wait += 1) await subject.elapse(25);
      throw failed;
    };
    expect(await made(waits(400), 10)).toEqual({ rounds: 1, error: failed });
    expect(await made(waits(1), 410)).toEqual({ rounds: 4, error: failed });
  });
});
