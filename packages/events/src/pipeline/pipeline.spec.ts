import { createBackoff, noObserver } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { type Delivery } from '../broker/delivery.js';
import { EventMismatchError } from '../contract/event-mismatch.error.js';
import { DrainTimeoutError } from '../broker/drain-timeout.error.js';
import { RecordingLog } from '../testing/recording-log.js';
import { type HandlerSpec } from './handler-spec.js';
import { createReceive } from './pipeline.js';

const BODY = '{"specversion":"1.0","id":"1","source":"s","type":"t","traceparent":"00-a-b-01"}';

function setUp(changes: Partial<HandlerSpec> = {}) {
  const clock = new VirtualClock();
  const log = new RecordingLog();
  let calls = 0;
  const spec: HandlerSpec = {
    consumer: { group: 'g', handler: 'h', patterns: ['t'] },
    retries: 2,
    backoff: createBackoff({ delay: 400, jitter: 'none' }, () => 0),
    concurrency: 1,
    timeoutMs: 1_000,
    invoke: () => {
      calls += 1;
      throw new RangeError('no');
    },
    ...changes,
  };
  const receive = createReceive(spec, { clock, log, observer: noObserver });
  const deliver = (attempt: number, body = BODY, signal = new AbortController().signal) => {
    const delivery: Delivery = { message: { source: 's', id: '1', type: 't', body }, attempt, signal };
    return receive(delivery);
  };
  return { clock, log, deliver, calls: () => calls };
}

describe('the pipeline', () => {
  it('retries with growing pauses, then gives up, and says so louder each time', async () => {
    const { log, deliver } = setUp({ retries: 3 });
    expect(await deliver(1)).toMatchObject({ kind: 'retry', delayMs: 400 });
    expect(await deliver(3)).toMatchObject({ kind: 'retry', delayMs: 1_600 });
    expect(await deliver(4)).toMatchObject({
      kind: 'dead',
      failure: { name: 'RangeError', message: 'no', traceparent: '00-a-b-01' },
    });
    expect(log.lines.map(({ level }) => level)).toEqual(['log', 'warn', 'error']);
  });

  it('says at debug level only that an event was handled', async () => {
    const { log, deliver } = setUp({ invoke: () => {} });
    expect(await deliver(1)).toEqual({ kind: 'done' });
    expect(log.lines.map(({ level }) => level)).toEqual(['debug']);
  });

  it('does not begin an event whose attempts all began and never ended', async () => {
    const { deliver, calls } = setUp();
    expect(await deliver(4)).toMatchObject({ kind: 'dead', failure: { name: 'AttemptsExhaustedError' } });
    expect(calls()).toBe(0);
    expect(await deliver(3)).toMatchObject({ kind: 'dead', failure: { name: 'RangeError' } });
    expect(calls()).toBe(1);
  });

  it.each([
    ['an event that has expired', 5_000, 0],
    ['one that has not', 4_999, 1],
  ])('begins %s so often: %#', async (_what, after, times) => {
    const { clock, log, deliver, calls } = setUp();
    const body = BODY.replace('"1.0"', `"1.0","expirytime":"${new Date(clock.now() + 5_000).toISOString()}"`);
    await clock.advance(after);
    expect((await deliver(1, body)).kind).toBe(times === 0 ? 'done' : 'retry');
    expect(calls()).toBe(times);
    if (times === 0)
      expect(log.lines).toMatchObject([{ level: 'log', message: expect.stringContaining('expired at') }]);
  });

  describe('asks the rules of its handler', () => {
    class Busy extends Error {}
    class Closed extends Busy {}
    const rules: HandlerSpec['errors'] = [
      { on: Closed, action: 'discard' },
      { on: Busy, action: { delay: '10m' } },
      { on: (error) => (error as Error).message.startsWith('bad'), action: 'deadLetter' },
      { on: TypeError, action: 'retry' },
      { on: Error, action: 'deadLetter' },
    ];
    it.each([
      ['the first that fits counts', new Closed(), 1, { kind: 'done' }],
      ['also at the last attempt', new Closed(), 3, { kind: 'done' }],
      ['a time of its own', new Busy(), 2, { kind: 'retry', delayMs: 600_000 }],
      ['which ends with the attempts', new Busy(), 3, { kind: 'dead' }],
      ['a predicate', new RangeError('bad input'), 1, { kind: 'dead' }],
      ['the usual', new TypeError('x'), 1, { kind: 'retry', delayMs: 400 }],
      ['a class above it', new RangeError('x'), 1, { kind: 'dead' }],
      ['what is no error, after a predicate that fails on it', undefined, 1, { kind: 'retry', delayMs: 400 }],
    ])('%s', async (_what, error, attempt, outcome) => {
      const { log, deliver } = setUp({ errors: rules, invoke: () => Promise.reject(error) });
      expect(await deliver(attempt)).toMatchObject(outcome);
      if (outcome.kind === 'done') expect(log.of('warn')).toEqual([expect.stringContaining('is discarded')]);
    });

    it('and tries a newer event again where they say so', async () => {
      const read = () => Promise.reject(new EventMismatchError('t', '2', 'it is newer.'));
      const later = setUp({ read, errors: [{ on: EventMismatchError, action: { delay: '1m' } }] });
      expect(await later.deliver(1)).toMatchObject({ kind: 'retry', delayMs: 60_000 });
      expect(await setUp({ read }).deliver(1)).toMatchObject({ kind: 'dead' });
    });
  });

  it('does not retry what cannot be read', async () => {
    const { deliver, calls } = setUp();
    expect(await deliver(1, '{"half')).toMatchObject({
      kind: 'dead',
      failure: { name: 'InvalidEventError' },
    });
    expect(calls()).toBe(0);
  });

  it('cuts long errors, and takes what is no Error', async () => {
    const long = setUp({ invoke: () => Promise.reject(new Error('x'.repeat(100_000))) });
    const outcome = await long.deliver(1);
    expect(outcome.kind === 'retry' && outcome.failure.message.length).toBe(8_192);
    const odd = setUp({ invoke: () => Promise.reject('text') });
    expect(await odd.deliver(1)).toMatchObject({ failure: { name: 'string', message: 'text' } });
  });

  it('times out a handler that does not end, and leaves no timer after one that does', async () => {
    const { clock, deliver } = setUp({ invoke: () => new Promise(() => {}) });
    const outcome = deliver(1);
    await clock.advance(999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await outcome).toMatchObject({ kind: 'retry', failure: { name: 'HandlerTimeoutError' } });
    const quick = setUp({ invoke: () => {} });
    await quick.deliver(1);
    expect(quick.clock.pending).toBe(0);
  });

  it('gives back an event whose handler the drain stopped', async () => {
    const drain = new AbortController();
    const { deliver, log } = setUp({ invoke: (_event, signal) => Promise.reject(signal.reason as Error) });
    drain.abort(new DrainTimeoutError(1));
    expect(await deliver(3, BODY, drain.signal)).toEqual({ kind: 'release' });
    expect(log.lines).toEqual([]);
  });
});
