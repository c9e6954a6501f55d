import { currentContext, runInContext } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { sampleInstance } from '../testing/sample-instance.js';
import { type Doubted } from './life-check.js';
import { LifeChecks } from './life-checks.js';

const instance = sampleInstance({ id: 'a' });

function setUp() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const questions: { answer: (alive: boolean | undefined) => void; signal: AbortSignal; context: unknown }[] =
    [];
  const checks = new LifeChecks(
    (_instance, signal) =>
      new Promise((answer) => questions.push({ answer, signal, context: currentContext() })),
    clock,
  );
  const doubted: Doubted = {
    instance,
    silent: () => told.push('silent'),
    alive: (wasSilent) => told.push(wasSilent ? 'alive again' : 'alive'),
  };
  const key = {};
  const start = (afterMs?: number) => checks.start(key, doubted, afterMs);
  return { clock, told, questions, checks, doubted, key, start };
}

describe('one that is doubted', () => {
  it('is left alone when it answers in time', async () => {
    const { clock, told, questions, checks, key, start } = setUp();
    start();
    await clock.advance(249);
    questions[0]?.answer(true);
    await clock.advance(60_000);
    expect([told, questions.length, checks.isSilent(key), clock.pending]).toEqual([['alive'], 1, false, 0]);
  });

  it('is silent after a quarter of a second, and alive when the same question is answered', async () => {
    const { clock, told, questions, start } = setUp();
    start();
    await clock.advance(250);
    expect(told).toEqual(['silent']);
    await clock.advance(4_749);
    questions[0]?.answer(true);
    await clock.advance(0);
    expect([told, questions.length]).toEqual([['silent', 'alive again'], 1]);
  });

  it('is asked anew after five seconds and a pause, over a new connection', async () => {
    const { clock, told, questions, start } = setUp();
    start();
    await clock.advance(5_000);
    expect([questions[0]?.signal.aborted, questions.length]).toEqual([true, 1]);
    await clock.advance(1_000);
    questions[1]?.answer(true);
    await clock.advance(0);
    expect([told, questions.length]).toEqual([['silent', 'alive again'], 2]);
  });

  it('is silent at once when it refuses, and asked again after a second', async () => {
    const { clock, told, questions, start } = setUp();
    start();
    questions[0]?.answer(false);
    await clock.advance(0);
    expect(told).toEqual(['silent']);
    await clock.advance(1_000);
    expect([told, questions.length]).toEqual([['silent'], 2]);
  });

  it('is asked by one question at a time, in no context of a call', async () => {
    const { questions, start } = setUp();
    runInContext({ deadline: 1 }, () => {
      start();
      start();
    });
    expect(questions.map(({ context }) => context)).toEqual([{}]);
  });

  it('is given up after ten minutes', async () => {
    const { clock, told, questions, checks, key, start } = setUp();
    start();
    await clock.advance(11 * 60_000);
    expect([told, questions.length, checks.isSilent(key), clock.pending]).toEqual([
      ['silent'],
      100,
      false,
      0,
    ]);
  });

  it('is not asked any longer once it was heard of otherwise', async () => {
    const { clock, told, questions, checks, key, start } = setUp();
    start();
    await clock.advance(1_000);
    checks.heard(key);
    checks.heard(key);
    await clock.advance(60_000);
    expect([told, questions[0]?.signal.aborted, clock.pending]).toEqual([['silent', 'alive again'], true, 0]);
  });

  it('is not asked any longer when it is not among those that are kept, and may be doubted anew', async () => {
    const { clock, told, questions, checks, key, start } = setUp();
    start();
    checks.keep(new Set([key]));
    expect(questions[0]?.signal.aborted).toBe(false);
    checks.keep(new Set());
    start();
    await clock.advance(100);
    expect([questions.length, questions[0]?.signal.aborted, questions[1]?.signal.aborted]).toEqual([
      2,
      true,
      false,
    ]);
    checks.keep(new Set());
    await clock.advance(60_000);
    expect([told, clock.pending]).toEqual([[], 0]);
  });

  it('is asked only when nothing is heard of it for the time that is given', async () => {
    const { clock, told, questions, checks, key, start } = setUp();
    start(100);
    await clock.advance(99);
    checks.heard(key);
    await clock.advance(1_000);
    expect([told, questions.length, clock.pending]).toEqual([['alive'], 0, 0]);
    start(100);
    await clock.advance(100);
    expect([questions.length, checks.isSilent(key)]).toEqual([1, false]);
    await clock.advance(250);
    expect(checks.isSilent(key)).toBe(true);
  });

  it('is not judged while this process itself cannot ask, and asked again every second', async () => {
    const { clock, told, questions, checks, key, start } = setUp();
    start();
    questions[0]?.answer(undefined);
    await clock.advance(999);
    expect([told, questions.length, checks.isSilent(key)]).toEqual([[], 1, false]);
    await clock.advance(1);
    questions[1]?.answer(undefined);
    await clock.advance(1_000);
    expect([told, questions.length]).toEqual([[], 3]);
    await clock.advance(250);
    expect(told).toEqual(['silent']);
    checks.keep(new Set());
  });

  it('is not judged when it cannot be asked', async () => {
    const { clock, told, doubted } = setUp();
    new LifeChecks(() => undefined, clock).start({}, doubted);
    await clock.advance(60_000);
    expect([told, clock.pending]).toEqual([[], 0]);
  });
});
