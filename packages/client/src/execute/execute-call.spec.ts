import { ProblemType, received, sleep } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { HedgeLostError, type PolicyOptions, PolicyRegistry } from '@rookery/resilience';
import { type Endpoint, type Outcome } from '../endpoint/endpoint.js';
import { ConnectionError } from '../errors/connection.error.js';
import { HttpStatusError } from '../errors/http-status.error.js';
import { InvalidResponseError } from '../errors/invalid-response.error.js';
import { StillInFlightError } from '../errors/still-in-flight.error.js';
import { executeCall } from './execute-call.js';
import { type GuardedCall } from './guarded-call.js';

class Closed extends ProblemType({ type: 'urn:closed', code: 'CLOSED', title: 'Closed', status: 503 }) {}

/** A client whose first try goes to the instance "a", the second to "b", and so on; each says how its try ended. */
function client(options: PolicyOptions, alternatives: readonly number[] = []) {
  const clock = new VirtualClock();
  const registry = new PolicyRegistry({ clock, random: () => 0.5 });
  const outcomes: [string, Outcome][] = [];
  const signals = new Map<string, AbortSignal>();
  let picked = 0;
  const endpoints = async (): Promise<Endpoint> => {
    const id = 'abcdef'.charAt(picked);
    const left = alternatives[picked] ?? 0;
    picked += 1;
    return { id, baseUrl: '', alternatives: left, done: (outcome) => outcomes.push([id, outcome]) };
  };
  const pipeline = registry.define('users', options);
  const send = (answers: Record<string, Promise<unknown>>, more: Partial<GuardedCall<unknown>> = {}) =>
    executeCall(
      { endpoints, pipeline },
      {
        label: 'GET users/7',
        idempotent: true,
        send: ({ id }, { signal }) => {
          signals.set(id, signal);
          return Promise.race([
            answers[id] ?? Promise.reject(new Error(`no answer of ${id}`)),
            aborted(signal),
          ]);
        },
        ...more,
      },
    );
  return { clock, registry, outcomes, signals, send };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

const never = new Promise<never>(() => {});
const cut = () => Promise.reject(new ConnectionError('GET users/7', true, new Error('ECONNRESET')));

describe('a hedged call of a client', () => {
  const hedge = { delay: 100 };

  it('goes to another instance, and takes nothing of the loser for a failure', async () => {
    const { clock, outcomes, signals, send } = client({ hedge });
    const result = send({ a: never, b: Promise.resolve('of b') });
    await clock.advance(100);
    await expect(result).resolves.toBe('of b');
    expect(signals.get('a')?.reason).toBeInstanceOf(HedgeLostError);
    expect(signals.get('b')?.aborted).toBe(false);
    expect(outcomes).toEqual([
      ['b', 'success'],
      ['a', 'ignored'],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('is made once where a second time could do harm', async () => {
    const { clock, signals, send } = client({ hedge, timeout: 1_000 });
    const result = send({ a: never }, { idempotent: false }).catch((error: unknown) => error);
    await clock.advance(1_000);
    await expect(result).resolves.toMatchObject({ code: 'TIMEOUT' });
    expect([...signals.keys()]).toEqual(['a']);
  });

  it('ends with an error that another instance could not mend', async () => {
    const { clock, signals, send } = client({ hedge });
    const broken = new InvalidResponseError('GET users/7', new Error('not JSON'));
    await expect(send({ a: Promise.reject(broken) })).rejects.toBe(broken);
    expect([[...signals.keys()], clock.pending]).toEqual([['a'], 0]);
  });
});

describe('an instance that is chosen', () => {
  it('is not contacted and not blamed once the attempt has ended', async () => {
    const clock = new VirtualClock();
    const pipeline = new PolicyRegistry({ clock }).define('users', { timeout: { attempt: 100 } });
    const outcomes: Outcome[] = [];
    let sent = 0;
    const endpoints = async (): Promise<Endpoint> => {
      await sleep(clock, 200);
      return { id: 'a', baseUrl: '', alternatives: 0, done: (outcome) => outcomes.push(outcome) };
    };
    const result = executeCall(
      { endpoints, pipeline },
      { label: 'GET users/7', idempotent: true, send: async () => (sent += 1) },
    ).catch((error: unknown) => error);
    await clock.advance(200);
    await expect(result).resolves.toMatchObject({ code: 'TIMEOUT' });
    expect([outcomes, sent]).toEqual([['ignored'], 0]);
  });

  it('hears of a request that could not even be made', async () => {
    const { outcomes, send } = client({});
    const bug = new TypeError('bug');
    const result = send(
      {},
      {
        send: () => {
          throw bug;
        },
      },
    );
    await expect(result).rejects.toBe(bug);
    expect(outcomes).toEqual([['a', 'failure']]);
  });
});

describe('an answer that ends a call', () => {
  const told = new HttpStatusError('GET users/7', 503, undefined);
  const known = received(Closed, {}, { cause: told }, { request: 'GET users/7', status: 503 });
  const misfit = new InvalidResponseError('GET users/7', undefined, 'its schema', [
    { path: 'name', message: 'wrong' },
  ]);
  const inFlight = new StillInFlightError('POST users/', new HttpStatusError('POST users/', 409, undefined));

  it.each<[string, unknown, Outcome]>([
    ['does not fit its schema', misfit, 'success'],
    ['is not what it says', new InvalidResponseError('GET users/7', new Error('not JSON')), 'failure'],
    ['is a known problem with 503', known, 'failure'],
    ['says that it is still at work', inFlight, 'success'],
  ])('and %s is told to the balancer for what it is', async (_what, error, outcome) => {
    const { outcomes, send } = client({});
    await expect(send({ a: Promise.reject(error as Error) })).rejects.toBe(error);
    expect(outcomes).toEqual([['a', outcome]]);
  });

  it('and is a known problem is thrown as such after the retries, too', async () => {
    const { clock, send } = client({ retry: { attempts: 2, backoff: { delay: 0 } } });
    const again = Promise.reject(known);
    again.catch(() => {});
    const result = send({ a: Promise.reject(known), b: again }).catch((error: unknown) => error);
    await clock.advance(0);
    await expect(result).resolves.toBe(known);
  });
});

describe('a wait that an instance asks for', () => {
  const busy = () => Promise.reject(new HttpStatusError('GET users/7', 503, undefined, 4_000));

  it('is no reason to keep another instance waiting', async () => {
    const { clock, send } = client({ retry: { backoff: { delay: 0 } } }, [1, 0]);
    const result = send({ a: busy(), b: Promise.resolve('of b') });
    await clock.advance(0);
    await expect(result).resolves.toBe('of b');
  });

  it('is obeyed once every instance was asked', async () => {
    const { clock, send, signals } = client({ retry: { backoff: { delay: 0 } } }, [1, 0]);
    const [a, b] = [busy(), busy()];
    b.catch(() => {});
    const result = send({ a, b, c: Promise.resolve('at last') });
    await clock.advance(3_999);
    expect([...signals.keys()]).toEqual(['a', 'b']);
    await clock.advance(1);
    await expect(result).resolves.toBe('at last');
  });
});

describe('the circuit of a client', () => {
  const circuitBreaker = { consecutiveFailures: 1 };

  it.each([
    ['with others left', 1, 'closed'],
    ['with none left', 0, 'open'],
  ])('judges an instance that gives no answer, %s, while another attempt is under way', async (...row) => {
    const [, alternatives, state] = row;
    // The instance of the other attempt is the opposite case, so that a mix-up of the two shows.
    const { clock, registry, send } = client({ hedge: { delay: 100 }, circuitBreaker }, [
      alternatives,
      1 - alternatives,
    ]);
    let fail!: (error: unknown) => void;
    const first = new Promise((_resolve, reject) => (fail = reject));
    let answer!: (value: string) => void;
    const second = new Promise((resolve) => (answer = resolve));
    const result = send({ a: first, b: second });
    await clock.advance(100);
    fail(await cut().catch((error: unknown) => error));
    await clock.advance(0);
    expect(registry.state('users')).toBe(state);
    answer('of b');
    await expect(result).resolves.toBe('of b');
  });

  const answered = (code: string) =>
    new HttpStatusError('GET users/7', 503, { statusCode: 503, code }, 9_000);

  it.each([
    ['of a circuit that is open further down', 'CIRCUIT_OPEN', 'closed'],
    ['of any other failure', 'REQUEST_FAILED', 'open'],
  ])('takes the answer %s for what it is', async (_what, code, state) => {
    for (const alternatives of [0, 1]) {
      const { registry, outcomes, send } = client({ circuitBreaker }, [alternatives]);
      await expect(send({ a: Promise.reject(answered(code)) })).rejects.toMatchObject({ status: 503 });
      expect(registry.state('users')).toBe(state);
      // The balancer hears of it either way: another instance may have a closed circuit.
      expect(outcomes).toEqual([['a', 'failure']]);
    }
  });

  it('that is open further down is not asked again, unless by another instance, and then at once', async () => {
    const retry = { attempts: 3, backoff: { delay: 0 } };
    const { clock, send, signals } = client({ retry }, [1, 0]);
    const open = () => Promise.reject(answered('CIRCUIT_OPEN'));
    const [a, b] = [open(), open()];
    b.catch(() => {});
    const result = send({ a, b }).catch((error: unknown) => error);
    await clock.advance(0);
    await expect(result).resolves.toMatchObject({
      name: 'OpenFurtherDownError',
      code: 'CIRCUIT_OPEN',
      retryAfterMs: 9_000,
    });
    expect([[...signals.keys()], clock.pending]).toEqual([['a', 'b'], 0]);
  });

  it('that is open further down behind one instance does no harm to a call that another can serve', async () => {
    const { clock, send } = client({ retry: { backoff: { delay: 0 } } }, [1]);
    const a = Promise.reject(answered('CIRCUIT_OPEN'));
    const result = send({ a, b: Promise.resolve('of b') });
    await clock.advance(0);
    await expect(result).resolves.toBe('of b');
  });

  it('is told as it is when it opens under the retries', async () => {
    const { clock, send } = client({ retry: { backoff: { delay: 0 } }, circuitBreaker });
    const result = send({ a: cut() }).catch((error: unknown) => error);
    await clock.advance(0);
    await expect(result).resolves.toMatchObject({ name: 'CircuitOpenError', policy: 'users' });
  });

  it('is not what the end of the retries is told as otherwise', async () => {
    const { clock, send } = client({ retry: { attempts: 2, backoff: { delay: 0 } } });
    const result = send({ a: cut(), b: cut() }).catch((error: unknown) => error);
    await clock.advance(0);
    await expect(result).resolves.toMatchObject({ code: 'REQUEST_FAILED', retries: 1 });
  });

  it('that is open further down behind all instances is told as it is after the retries, too', async () => {
    const { clock, send } = client({ retry: { attempts: 2, backoff: { delay: 0 } } }, [2, 1]);
    const open = () => Promise.reject(answered('CIRCUIT_OPEN'));
    const result = send({ a: open(), b: open() }).catch((error: unknown) => error);
    await clock.advance(0);
    await expect(result).resolves.toMatchObject({ name: 'OpenFurtherDownError', rejected: false });
  });
});
