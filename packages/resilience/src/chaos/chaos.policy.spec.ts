import { VirtualClock } from '@rookery/common/testing';
import { execution } from '../../test/executions.js';
import { ended } from '../../test/support.js';
import { EventHub } from '../events/event-hub.js';
import { type ResilienceEvent } from '../events/resilience-event.js';
import { kindOf } from '../outcome/outcome.js';
import { type Execution } from '../pipeline/policy.js';
import { ChaosError } from './chaos.error.js';
import { type ChaosOptions, chaosSettings } from './chaos.options.js';
import { ChaosPolicy } from './chaos.policy.js';

/** Chaos by itself, over calls that succeed; `draws` are the random numbers, in turn. */
function chaos(options: ChaosOptions, draws: number[] = []) {
  const clock = new VirtualClock();
  const events = new EventHub();
  const reported: ResilienceEvent[] = [];
  events.all$.subscribe((event) => reported.push(event));
  const random = () => {
    const draw = draws.shift();
    if (draw === undefined) throw new Error('There was one draw too many.');
    return draw;
  };
  const policy = new ChaosPolicy('users', chaosSettings(options), { clock, events, random });
  const made: Execution[] = [];
  const run = (overrides: Partial<Execution> = {}) =>
    ended(
      policy.execute(execution(overrides), async (given) => {
        made.push(given);
        return 'of the call';
      }),
    );
  return { clock, reported, made, run, draws };
}

const injected = (what: string) => ({ type: 'chaos', policy: 'users', injected: what });

describe('chaos', () => {
  it.each([
    [5, 0.0499, true],
    [5, 0.05, false],
    [0, 0, false],
    [100, 0.999_999, true],
    [0.5, 0.0049, true],
    [0.5, 0.005, false],
  ])('strikes %p percent of the calls; the draw %p: %p', async (rate, draw, strikes) => {
    const { run, made, reported } = chaos({ fault: { rate } }, [draw]);
    const outcome = await run();
    expect(outcome instanceof ChaosError).toBe(strikes);
    expect(made).toHaveLength(strikes ? 0 : 1);
    expect(reported).toEqual(strikes ? [injected('fault')] : []);
  });

  it('fails calls with an error that the policies take for a failure', async () => {
    const { run } = chaos({ fault: { rate: 100 } }, [0.5]);
    const error = await run();
    expect(error).toMatchObject({ code: 'CHAOS', status: 500, policy: 'users' });
    expect((error as Error).message).toBe(
      'Policy "users": this call failed on purpose, as chaos.fault asks. Remove chaos from the policy to stop it.',
    );
    expect(kindOf(error, undefined)).toBe('failure');
  });

  it('fails calls with the error that is asked for', async () => {
    const { run, made } = chaos({ fault: { rate: 100, error: () => 'made up' } }, [0.5]);
    await expect(run()).resolves.toBe('made up');
    expect(made).toEqual([]);
  });

  it('answers instead of the call', async () => {
    const { run, made, reported } = chaos({ outcome: { rate: 100, result: () => 'made up' } }, [0.5]);
    await expect(run()).resolves.toBe('made up');
    expect([made, reported]).toEqual([[], [injected('outcome')]]);
  });

  it('holds calls back before it makes them', async () => {
    const { clock, run, made, reported } = chaos({ latency: { rate: 100, delay: 300 } }, [0.5]);
    const given = { attempt: 3 };
    const result = run(given);
    expect(reported).toEqual([injected('latency')]);
    await clock.advance(299);
    expect(made).toEqual([]);
    await clock.advance(1);
    await expect(result).resolves.toBe('of the call');
    expect(made).toMatchObject([given]);
  });

  it('lets a call go that is aborted while it is held back', async () => {
    const { clock, run, made } = chaos({ latency: { rate: 100, delay: 300 } }, [0.5]);
    const leaving = new AbortController();
    const result = run({ signal: leaving.signal });
    await clock.advance(100);
    leaving.abort('bye');
    await expect(result).resolves.toBe('bye');
    expect([made, clock.pending]).toEqual([[], 0]);
  });

  it('draws each by itself: latency, then fault, then outcome', async () => {
    const options: ChaosOptions = {
      latency: { rate: 50, delay: 300 },
      fault: { rate: 50 },
      outcome: { rate: 50, result: () => 'made up' },
    };
    const all = chaos(options, [0.1, 0.9, 0.1]);
    const slow = all.run();
    await all.clock.advance(300);
    await expect(slow).resolves.toBe('made up');
    expect(all.reported).toEqual([injected('latency'), injected('outcome')]);

    const failing = chaos(options, [0.9, 0.1]);
    await expect(failing.run()).resolves.toBeInstanceOf(ChaosError);

    const spared = chaos(options, [0.9, 0.9, 0.9]);
    await expect(spared.run()).resolves.toBe('of the call');
    expect([spared.reported, spared.draws]).toEqual([[], []]);
  });

  it.each([false, () => false])('draws nothing while it is off', async (enabled) => {
    const { run, made } = chaos({ fault: { rate: 100 }, enabled });
    await expect(run()).resolves.toBe('of the call');
    expect(made).toHaveLength(1);
  });

  it('asks for each call whether it is on', async () => {
    const answers = [true, false];
    const { run } = chaos({ fault: { rate: 100 }, enabled: () => answers.shift() === true }, [0.5]);
    await expect(run()).resolves.toBeInstanceOf(ChaosError);
    await expect(run()).resolves.toBe('of the call');
  });

  it('reports nothing while nobody listens', async () => {
    let reported = 0;
    const events = { observed: false, next: () => void (reported += 1) };
    const parts = { clock: new VirtualClock(), events, random: () => 0.5 };
    const policy = new ChaosPolicy('users', chaosSettings({ fault: { rate: 100 } }), parts);
    await expect(policy.execute(execution(), async () => 'ok')).rejects.toBeInstanceOf(ChaosError);
    expect(reported).toBe(0);
  });

  it.each([
    ['a promise', () => Promise.reject(new Error('late'))],
    ['undefined', () => undefined],
    ['a number', () => 1],
  ])('takes %s for no answer of enabled', async (returned, answer) => {
    const { run, made } = chaos({ fault: { rate: 100 }, enabled: answer as never });
    const error = await run();
    expect(error).toMatchObject({ code: 'PREDICATE_FAILED', option: 'chaos.enabled', cause: undefined });
    expect((error as Error).message).toBe(
      `Policy "users": chaos.enabled returned ${returned}. Make it return true or false for every call.`,
    );
    expect(made).toEqual([]);
  });

  it('brings to light that enabled throws', async () => {
    const bug = new Error('bug');
    const { run, made } = chaos({
      fault: { rate: 100 },
      enabled: () => {
        throw bug;
      },
    });
    const error = await run();
    expect(error).toMatchObject({ code: 'PREDICATE_FAILED', option: 'chaos.enabled', cause: bug });
    expect((error as Error).message).toBe(
      'Policy "users": chaos.enabled threw "bug". Make it return true or false for every call.',
    );
    expect(made).toEqual([]);
  });
});
