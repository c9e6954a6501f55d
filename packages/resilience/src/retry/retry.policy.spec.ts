import { VirtualClock } from '@rookery/common/testing';
import { execution } from '../../test/executions.js';
import { EventHub } from '../events/event-hub.js';
import { type ResilienceEvent } from '../events/resilience-event.js';
import { Commitment } from '../pipeline/commitment.js';
import { type Execution } from '../pipeline/policy.js';
import { type RetryOptions, retrySettings } from './retry.options.js';
import { RetryPolicy } from './retry.policy.js';

const broken = new Error('broken');

/** A retry by itself, over something that always fails. 0.5 is drawn for every jitter. */
function retrying(options: RetryOptions = {}) {
  const clock = new VirtualClock();
  const events = new EventHub();
  const reported: ResilienceEvent[] = [];
  const policy = new RetryPolicy('users', retrySettings(options), { clock, events, random: () => 0.5 });
  const made: number[] = [];
  const run = (
    overrides: Partial<Execution>,
    outcome: () => Promise<unknown> = () => Promise.reject(broken),
  ) =>
    policy
      .execute(execution(overrides), ({ attempt }) => {
        made.push(attempt);
        return outcome();
      })
      .catch((error: unknown) => error);
  const listen = () => events.all$.subscribe((event) => reported.push(event));
  return { clock, reported, made, run, listen };
}

/** A budget that holds so many retries, and counts how often it was asked. */
function budgetOf(retries: number) {
  let asked = 0;
  return {
    deposit() {},
    withdraw: () => {
      asked += 1;
      return asked <= retries;
    },
    get asked() {
      return asked;
    },
  };
}

const exhausted = { type: 'retry-budget-exhausted', policy: 'users', wanted: 'retry' };

describe('a retry under a budget', () => {
  it('takes one out for each retry, none for the first attempt', async () => {
    const { clock, made, run } = retrying();
    const budget = budgetOf(9);
    const result = run({ budget });
    await clock.advance(1_000);
    await expect(result).resolves.toBe(broken);
    expect([made, budget.asked]).toEqual([[1, 2, 3], 2]);
  });

  it("ends with the call's own error when there is none left, and says so", async () => {
    const { clock, reported, made, run, listen } = retrying();
    listen();
    const result = run({ budget: budgetOf(1) });
    await clock.advance(100);
    await expect(result).resolves.toBe(broken);
    expect(made).toEqual([1, 2]);
    expect(reported).toMatchObject([{ type: 'retry' }, exhausted]);
  });

  it('is as poor when nobody listens', async () => {
    const { made, run } = retrying();
    await expect(run({ budget: budgetOf(0) })).resolves.toBe(broken);
    expect(made).toEqual([1]);
  });

  it('makes no event that nobody listens to', async () => {
    const told: unknown[] = [];
    const events = { observed: false, next: (event: unknown) => told.push(event) };
    const parts = { clock: new VirtualClock(), random: () => 0.5, events };
    const policy = new RetryPolicy('users', retrySettings({}), parts);
    const poor = execution({ budget: budgetOf(0) });
    await expect(policy.execute(poor, () => Promise.reject(broken))).rejects.toBe(broken);
    expect(told).toEqual([]);
  });

  it('hands a bad result over when there is none left for a better one', async () => {
    const { reported, run, listen } = retrying({ retryIfResult: () => true });
    listen();
    await expect(run({ budget: budgetOf(0) }, async () => 'poor')).resolves.toBe('poor');
    expect(reported).toEqual([exhausted]);
  });

  it.each<[string, RetryOptions, Partial<Execution>]>([
    ['was the last', { attempts: 1 }, {}],
    ['is none that the policy wants again', { retryIf: () => false }, {}],
    ['is none that the call wants again', {}, { options: { retryIf: () => false } }],
    ['would start too late', {}, { deadline: 100 }],
    ['belongs to a committed stream', {}, { commitment: committed() }],
    ['has lost its caller', {}, { signal: AbortSignal.abort() }],
  ])('takes nothing out when the attempt %s', async (_why, options, overrides) => {
    const { run, made } = retrying(options);
    const budget = budgetOf(9);
    await expect(run({ ...overrides, budget })).resolves.toBe(broken);
    expect([made, budget.asked]).toEqual([[1], 0]);
  });

  it('takes nothing out when the other side asks for more time than may be waited', async () => {
    const { run } = retrying();
    const budget = budgetOf(9);
    const busy = Object.assign(new Error('busy'), { retryAfterMs: 60_000 });
    await expect(run({ budget }, () => Promise.reject(busy))).resolves.toBe(busy);
    expect(budget.asked).toBe(0);
  });
});

describe('a bad result', () => {
  it('of a stream is not asked about', async () => {
    let asked = 0;
    const { run, made } = retrying({ retryIfResult: () => (asked += 1) > 0 });
    await expect(run({ commitment: new Commitment() }, async () => 'poor')).resolves.toBe('poor');
    expect([made, asked]).toEqual([[1], 0]);
  });

  it('is good enough for a caller who has left', async () => {
    const { run, made } = retrying({ retryIfResult: () => true });
    await expect(run({ signal: AbortSignal.abort() }, async () => 'poor')).resolves.toBe('poor');
    expect(made).toEqual([1]);
  });
});

function committed(): Commitment {
  const commitment = new Commitment();
  commitment.make();
  return commitment;
}
