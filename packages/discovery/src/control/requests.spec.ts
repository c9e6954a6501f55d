import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { type InstanceStatus, type ServiceInstance } from '../instance/service-instance.js';
import { memoryRegistry } from '../memory/memory-registry.js';
import { type Registration } from '../registry/registration.js';
import { type RegistryEvent } from '../registry/registry-events.js';
import { ServiceRegistry } from '../registry/service-registry.js';
import { staticRegistry } from '../static/static-registry.js';
import { faultyRegistry } from '../testing/faulty-registry.js';
import { CONTROL_SERVICE, CONTROL_TTL_MS } from './control-service.js';
import { OwnStatus } from './own-status.js';
import { RequestFollower } from './request-follower.js';
import { requestStatus } from './request-status.js';
import { type StatusRequestOptions } from './request-status.options.js';
import { requestEntry, type StatusRequest } from './status-request.js';

const users = { service: 'users', id: 'users-1', host: 'localhost', port: 80 };
const { signal } = new AbortController();

async function setUp() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const shared = memoryRegistry({ clock });
  const backend = faultyRegistry(shared);
  const registry = new ServiceRegistry({ backend, clock, random });
  const events: RegistryEvent['type'][] = [];
  const registration = await registry.register(users);
  registry.onEvent(({ type }) => events.push(type));
  const status = new OwnStatus();
  const asked: StatusRequest[] = [];
  const refused: string[] = [];
  const comply = (request: StatusRequest) => {
    asked.push(request);
    status.held = request.status === 'draining';
  };
  const tell = async (): Promise<InstanceStatus> => {
    await registration.update({ status: status.value });
    return status.value;
  };
  const parts = {
    backend,
    clock,
    random,
    comply,
    tell,
    onRefused: (problem: string) => refused.push(problem),
  };
  const follow = () => new RequestFollower(registration.instance, parts);
  const ask = (wish: InstanceStatus, more: Partial<StatusRequestOptions> = {}) =>
    requestStatus(shared, registration.instance, { status: wish, by: 'jo', clock, random, ...more });
  const posted = async () => (await shared.list(CONTROL_SERVICE, signal)).instances;
  const post = (entry: ServiceInstance, ttlMs = CONTROL_TTL_MS) => shared.register(entry, ttlMs, signal);
  const shown = async () => (await shared.list('users', signal)).instances.map((found) => found.status);
  const end = async (follower?: RequestFollower) => {
    const ended = Promise.all([follower?.stop(), registry.close()]);
    await clock.advance(5_000);
    await ended;
    expect(clock.pending).toBe(0);
  };
  return {
    clock,
    shared,
    backend,
    registry,
    registration,
    status,
    events,
    asked,
    refused,
    follow,
    ask,
    posted,
    post,
    shown,
    end,
  };
}

const request = (facts: Partial<StatusRequest> = {}): StatusRequest => ({
  id: 'request-1',
  status: 'draining',
  by: 'jo',
  askedAt: 0,
  ...facts,
});

describe('a request to an instance', () => {
  it('is followed and answered, and leaves nothing behind', async () => {
    const { follow, ask, shown, posted, asked, end, clock } = await setUp();
    const follower = follow();
    expect(await ask('draining')).toBe('draining');
    expect(await shown()).toEqual(['draining']);
    expect(await ask('up')).toBe('up');
    expect(await shown()).toEqual(['up']);
    expect(asked).toMatchObject([{ status: 'draining', by: 'jo' }, { status: 'up' }]);
    await clock.advance(0);
    expect(await posted()).toEqual([]);
    await end(follower);
  });

  it('waits for an instance that begins to follow later', async () => {
    const { follow, ask, clock, end } = await setUp();
    const answer = ask('draining', { timeout: '1m' });
    await clock.advance(40_000);
    const follower = follow();
    expect(await answer).toBe('draining');
    await end(follower);
  });

  it('is answered with the status that there is, which need not be the one that was asked for', async () => {
    const { follow, ask, status, shown, end } = await setUp();
    const follower = follow();
    await ask('draining');
    status.ready = false;
    expect(await ask('up')).toBe('draining');
    expect(await shown()).toEqual(['draining']);
    await end(follower);
  });

  it('is followed once, however often it is listed', async () => {
    const { follow, post, registration, asked, clock, end } = await setUp();
    const follower = follow();
    const lease = await post(requestEntry(registration.instance, request()));
    await clock.advance(10_000);
    await lease.renew(signal);
    await post({ ...requestEntry(registration.instance, request()), id: 'request-2' });
    await clock.advance(10_000);
    expect(asked.map(({ id }) => id)).toEqual(['request-1', 'request-2']);
    await end(follower);
  });

  it('counts as the last of several wishes when it was the last', async () => {
    const { registration, follow, post, asked, shown, clock, end } = await setUp();
    await post(requestEntry(registration.instance, request({ id: 'b', status: 'up', askedAt: 2 })));
    await post(requestEntry(registration.instance, request({ id: 'a', askedAt: 1 })));
    const follower = follow();
    await clock.advance(0);
    expect(asked.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await shown()).toEqual(['up']);
    await end(follower);
  });

  it('means nothing to a process that has come back under the same id', async () => {
    const { registration, follow, post, asked, clock, end } = await setUp();
    await post(requestEntry({ ...registration.instance, startedAt: 1 }, request()));
    const follower = follow();
    await clock.advance(1_000);
    expect(asked).toEqual([]);
    await end(follower);
  });

  it('is not followed when it was taken back before the watch told of it', async () => {
    const { backend, registration, follow, asked, clock, end } = await setUp();
    const entry = requestEntry(registration.instance, request());
    backend.watch = async function* (_service, during) {
      yield { revision: 1, instances: [entry] };
      await new Promise((resolve) => during.addEventListener('abort', resolve));
    };
    const follower = follow();
    await clock.advance(1_000);
    expect(asked).toEqual([]);
    await end(follower);
  });

  it('reaches an instance after an outage of the registry, which nobody is told of a second time', async () => {
    const { backend, follow, ask, events, clock, end } = await setUp();
    const follower = follow();
    await clock.advance(0);
    backend.fault = 'down';
    await clock.advance(25_000);
    backend.fault = 'ok';
    const answer = ask('draining');
    await clock.advance(1_000);
    expect(await answer).toBe('draining');
    expect(events).toEqual([]);
    await end(follower);
  });

  it('is not answered while the registry cannot be told, and the wish goes out with a later beat', async () => {
    const { backend, follow, ask, shown, clock, end } = await setUp();
    const list = backend.list.bind(backend);
    // Goes down between reading the request and following it.
    backend.list = async (...args) => {
      const snapshot = await list(...args);
      backend.fault = 'down';
      return snapshot;
    };
    const follower = follow();
    const answer = expect(ask('draining')).rejects.toMatchObject({ code: 'UNANSWERED_REQUEST' });
    await clock.advance(10_000);
    await answer;
    backend.fault = 'ok';
    await clock.advance(15_000);
    expect(await shown()).toEqual(['draining']);
    await end(follower);
  });

  it('that nobody answers ends in time, is taken back, and says why that may be', async () => {
    const { ask, posted, clock, end } = await setUp();
    const answer = expect(ask('draining')).rejects.toMatchObject({
      code: 'UNANSWERED_REQUEST',
      service: 'users',
      instanceId: 'users-1',
      timeoutMs: 10_000,
      message: expect.stringMatching(
        /within 10000 ms.*taken back.*may hang; .*drainable: false.*another registry/,
      ),
    });
    await clock.advance(9_999);
    expect(await posted()).toHaveLength(1);
    await clock.advance(1);
    await answer;
    expect(await posted()).toEqual([]);
    await end();
  });

  it.each(['down', 'hung'] as const)(
    'that a registry does not take, because it is %s, says so',
    async (fault) => {
      const { backend, registration, clock, end } = await setUp();
      backend.fault = fault;
      const answer = expect(
        requestStatus(backend, registration.instance, { status: 'draining', by: 'jo', clock, timeout: '2s' }),
      ).rejects.toThrow(
        /users-1 of users could not be asked: .* within 2000 ms: the registry (is down|does not answer)/,
      );
      await clock.advance(5_000);
      await answer;
      await end();
    },
  );

  it('is taken back when the asker has waited enough', async () => {
    const { ask, posted, clock, end } = await setUp();
    const enough = new AbortController();
    const answer = expect(ask('draining', { signal: enough.signal })).rejects.toThrow('enough');
    await clock.advance(1_000);
    expect(await posted()).toHaveLength(1);
    enough.abort(new Error('enough'));
    await answer;
    expect(await posted()).toEqual([]);
    await expect(ask('draining', { signal: enough.signal })).rejects.toThrow('enough');
    await end();
  });

  it('of an asker that was killed is gone after 15 seconds', async () => {
    const { registration, post, posted, clock, end } = await setUp();
    await post(requestEntry(registration.instance, request()));
    await clock.advance(15_000);
    expect(await posted()).toEqual([]);
    await end();
  });

  it('cannot be made where nobody registers, nor by nobody', async () => {
    const { registration, ask, end } = await setUp();
    const fixed = staticRegistry({ services: { users: ['http://127.0.0.1:1'] } });
    const asking = requestStatus(fixed, registration.instance, { status: 'draining', by: 'jo' });
    await expect(asking).rejects.toMatchObject({ code: 'READ_ONLY_REGISTRY' });
    for (const [options, problem] of [
      [{ by: '' }, 'by: Invalid value ""'],
      [{ by: 'a\nb' }, 'by: Invalid value'],
      [{ timeout: '1ms' }, 'timeout: Invalid value "1ms"'],
      [{ status: 'down' as never }, 'status: Invalid value "down"'],
    ] as const)
      await expect(ask('draining', options)).rejects.toThrow(`requestStatus: ${problem}`);
    await end();
  });
});

describe('an instance that follows requests', () => {
  /** A registry that lets requests be found and nobody change what he has registered. */
  const refusing = (registration: Registration) => {
    const update = registration.update.bind(registration);
    const state = { refuses: true };
    registration.update = async (changes) => {
      if (state.refuses) throw new Error('the registry did not answer in time');
      return update(changes);
    };
    return state;
  };

  it('answers when the registry has taken its status, at whichever attempt', async () => {
    const { registration, follow, ask, asked, shown, clock, end } = await setUp();
    const registry = refusing(registration);
    const follower = follow();
    const answer = ask('draining');
    await clock.advance(5_000);
    expect([asked.length, await shown()]).toEqual([1, ['up']]);
    registry.refuses = false;
    await clock.advance(800);
    expect(await answer).toBe('draining');
    expect([asked.length, await shown()]).toEqual([1, ['draining']]);
    await end(follower);
  });

  it('tells the newest wish when the registry takes it late, and answers all with that', async () => {
    const { registration, follow, post, posted, shown, clock, end } = await setUp();
    const registry = refusing(registration);
    const follower = follow();
    await post(requestEntry(registration.instance, request({ id: 'a', askedAt: 1 })), 60_000);
    await clock.advance(2_000);
    await post(requestEntry(registration.instance, request({ id: 'b', status: 'up', askedAt: 2 })), 60_000);
    await clock.advance(2_000);
    registry.refuses = false;
    await clock.advance(800);
    expect(await shown()).toEqual(['up']);
    const answers = (await posted()).filter(({ id }) => id.startsWith('answer-'));
    expect(answers.map(({ id, metadata }) => `${id} ${metadata['status']}`).sort()).toEqual([
      'answer-a up',
      'answer-b up',
    ]);
    await end(follower);
  });

  it('tries no longer than somebody asks', async () => {
    const { registration, follow, ask, clock, end } = await setUp();
    refusing(registration);
    const follower = follow();
    const answer = expect(ask('draining')).rejects.toMatchObject({ code: 'UNANSWERED_REQUEST' });
    await clock.advance(10_000);
    await answer;
    let tried = 0;
    registration.update = async () => void (tried += 1);
    await clock.advance(60_000);
    expect(tried).toBe(0);
    await end(follower);
  });

  it('goes on when the registry gives something that is no list', async () => {
    const { backend, follow, ask, clock, end } = await setUp();
    const watch = backend.watch.bind(backend);
    const list = backend.list.bind(backend);
    let garbage = true;
    backend.watch = async function* (...args) {
      if (garbage) yield { revision: 1, instances: undefined as never };
      else yield* watch(...args);
    };
    backend.list = async (...args) => (garbage ? (undefined as never) : list(...args));
    const follower = follow();
    await clock.advance(3_000);
    garbage = false;
    const answer = ask('draining');
    await clock.advance(1_000);
    expect(await answer).toBe('draining');
    await end(follower);
  });

  it('says once that some cannot be followed, and follows the others', async () => {
    const { registration, follow, post, ask, refused, end } = await setUp();
    const follower = follow();
    for (const id of ['a', 'b'])
      await post({ ...requestEntry(registration.instance, request({ id })), version: '2' });
    expect(await ask('draining')).toBe('draining');
    expect(refused).toEqual(['Its version is not 1.']);
    await end(follower);
  });

  it('is not kept busy by a flood of them', async () => {
    const { registration, follow, post, asked, refused, clock, end } = await setUp();
    for (let one = 0; one < 300; one += 1)
      await post(requestEntry(registration.instance, request({ id: `request-${one}`, askedAt: one })));
    const follower = follow();
    await clock.advance(1_000);
    expect(asked).toHaveLength(100);
    expect(refused).toEqual(['There are more than 100.']);
    await end(follower);
  });

  it('takes its answers back when it stops, and follows no more', async () => {
    const { registration, follow, post, posted, asked, clock, end } = await setUp();
    const follower = follow();
    await post(requestEntry(registration.instance, request()), 60_000);
    await clock.advance(0);
    expect((await posted()).map(({ id }) => id)).toEqual(['request-1', 'answer-request-1']);
    await follower.stop();
    await post(requestEntry(registration.instance, request({ id: 'request-2' })), 60_000);
    await clock.advance(1_000);
    expect((await posted()).map(({ id }) => id)).toEqual(['request-1', 'request-2']);
    expect(asked).toHaveLength(1);
    await end(follower);
  });

  it('stops in bounded time when the registry hangs', async () => {
    const { backend, shared, registration, follow, post, posted, clock, end } = await setUp();
    backend.watch = async function* (service) {
      yield await shared.list(service, signal);
      await new Promise(() => {});
    };
    await post(requestEntry(registration.instance, request()), 60_000);
    const follower = follow();
    await clock.advance(0);
    expect(await posted()).toHaveLength(2);
    backend.fault = 'hung';
    let stopped = false;
    void follower.stop().then(() => (stopped = true));
    await clock.advance(1_999);
    expect(stopped).toBe(false);
    await clock.advance(1);
    expect(stopped).toBe(true);
    await end();
  });
});
