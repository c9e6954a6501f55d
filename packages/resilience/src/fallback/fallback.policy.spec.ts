import { VirtualClock } from '@rookery/common/testing';
import { execution } from '../../test/executions.js';
import { broken, ended, withStatus } from '../../test/support.js';
import { PredicateError } from '../errors/predicate.error.js';
import { EventHub } from '../events/event-hub.js';
import { type ResilienceEvent } from '../events/resilience-event.js';
import { Commitment } from '../pipeline/commitment.js';
import { type Execution } from '../pipeline/policy.js';
import { UndeclaredStreamError } from '../weaving/undeclared-stream.error.js';
import { type FallbackDeclaration } from './fallback.options.js';
import { FallbackPolicy } from './fallback.policy.js';

function fallback(declaration: Partial<FallbackDeclaration> = {}) {
  const events = new EventHub();
  const seen: ResilienceEvent[] = [];
  events.all$.subscribe((event) => seen.push(event));
  const policy = new FallbackPolicy(
    'users',
    { handler: () => 'instead', ...declaration },
    { clock: new VirtualClock(), random: () => 0.5, events },
  );
  const given = (outcome: () => Promise<unknown>, overrides: Partial<Execution> = {}) =>
    ended(policy.execute(execution(overrides), outcome));
  return { seen, given };
}

const failing = (failure: unknown) => () => Promise.reject(failure);
const made = () => {
  const commitment = new Commitment();
  commitment.make();
  return commitment;
};

describe('a fallback', () => {
  it('leaves a result alone', async () => {
    const { given, seen } = fallback();
    await expect(given(async () => 'ok')).resolves.toBe('ok');
    expect(seen).toEqual([]);
  });

  it('answers for a failure, and says for which', async () => {
    const { given, seen } = fallback();
    await expect(given(failing(broken))).resolves.toBe('instead');
    expect(seen).toEqual([{ type: 'fallback', policy: 'users', error: broken }]);
  });

  it('hands the error and the arguments to its handler, with the instance as this', async () => {
    const instance = { name: 'users' };
    const { given } = fallback({
      handler(this: object, ...args: unknown[]) {
        return [this, ...args];
      },
    });
    const subject = { instance, args: ['7', 8] };
    await expect(given(failing(broken), { subject })).resolves.toEqual([instance, broken, '7', 8]);
    // A call that is no method has neither; what the handler finds as `this` cannot be written to.
    const [self, ...args] = (await given(failing(broken))) as [object, ...unknown[]];
    expect([self, Object.isFrozen(self), args]).toEqual([{}, true, [broken]]);
  });

  it('passes on what the handler throws', async () => {
    const { given } = fallback({ handler: () => Promise.reject(new TypeError('no answer either')) });
    await expect(given(failing(broken))).resolves.toEqual(new TypeError('no answer either'));
  });

  it.each([
    ['a wrong request', withStatus(404), {}],
    ['a caller that left', broken, { caller: AbortSignal.abort() }],
    ['a stream that began', broken, { commitment: made() }],
  ])('does not answer for %s', async (_name, error, overrides) => {
    const { given, seen } = fallback();
    await expect(given(failing(error), overrides)).resolves.toBe(error);
    expect(seen).toEqual([]);
  });

  it('answers for a stream that did not begin', async () => {
    await expect(fallback().given(failing(broken), { commitment: new Commitment() })).resolves.toBe(
      'instead',
    );
  });

  it('answers for a caller that may still leave', async () => {
    const { signal: caller } = new AbortController();
    await expect(fallback().given(failing(broken), { caller })).resolves.toBe('instead');
  });
});

describe('handleIf of a fallback', () => {
  it('alone decides, whatever the kind of the error', async () => {
    const { given } = fallback({ handleIf: (error) => error !== broken });
    await expect(given(failing(broken))).resolves.toBe(broken);
    await expect(given(failing(withStatus(404)))).resolves.toBe('instead');
  });

  it('is not asked when nobody waits, or when a stream began', async () => {
    const handleIf = () => true;
    const { given } = fallback({ handleIf });
    await expect(given(failing(broken), { caller: AbortSignal.abort() })).resolves.toBe(broken);
    await expect(given(failing(broken), { commitment: made() })).resolves.toBe(broken);
  });

  it.each([
    ['a predicate that failed', new PredicateError('users', 'retry.retryIf', broken, new Error('bug'))],
    ['a stream that nobody declared', new UndeclaredStreamError('Users.find', 'observable')],
  ])('is not asked about %s: such a bug must come to light', async (_what, error) => {
    const { given, seen } = fallback({ handleIf: () => true });
    await expect(given(failing(error))).resolves.toBe(error);
    expect(seen).toEqual([]);
  });

  it('that throws is named, and covers nothing up', async () => {
    const { given } = fallback({
      handleIf() {
        throw new TypeError('oops');
      },
    });
    await expect(given(failing(broken))).resolves.toMatchObject({
      code: 'PREDICATE_FAILED',
      policy: 'users',
      option: 'fallback.handleIf',
      callError: broken,
      cause: new TypeError('oops'),
    });
  });
});

describe('handleIfResult of a fallback', () => {
  const handleIfResult = (result: unknown) => result === undefined;

  it('has the fallback answer instead of the results that it names', async () => {
    const { given, seen } = fallback({ handler: (...args) => args, handleIfResult });
    await expect(given(async () => 'ok')).resolves.toBe('ok');
    expect(seen).toEqual([]);
    await expect(given(async () => undefined)).resolves.toEqual([undefined]);
    expect(seen).toEqual([{ type: 'fallback', policy: 'users', error: undefined }]);
  });

  it('leaves errors to the other rule', async () => {
    const { given } = fallback({ handleIfResult: () => true });
    const error = withStatus(404);
    await expect(given(failing(error))).resolves.toBe(error);
  });

  it('is not asked about the end of a stream', async () => {
    const { given } = fallback({ handleIfResult: () => true });
    await expect(given(async () => 'the end', { commitment: new Commitment() })).resolves.toBe('the end');
  });

  it('that throws is named', async () => {
    const { given } = fallback({
      handleIfResult() {
        throw new TypeError('oops');
      },
    });
    await expect(given(async () => 'ok')).resolves.toMatchObject({
      code: 'PREDICATE_FAILED',
      option: 'fallback.handleIfResult',
    });
  });
});
