import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { type ServiceInstance } from '../instance/service-instance.js';
import { memoryRegistry } from '../memory/memory-registry.js';
import { faultyRegistry } from '../testing/faulty-registry.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { type Lease } from './registry-backend.js';
import { type RegistryEvent } from './registry-events.js';
import { ServiceRegistry } from './service-registry.js';

const TTL = 30_000;
const { signal } = new AbortController();

/** A registry that forgets whatever it is told to, and instances that answer as they are told to. */
function setUp() {
  const clock = new VirtualClock();
  const shared = memoryRegistry({ clock });
  const backend = faultyRegistry(shared);
  const answering = new Map<string, boolean | 'never' | 'cannot tell'>();
  const asked: string[] = [];
  const registry = new ServiceRegistry({
    backend,
    clock,
    random: seededRandom(1),
    answers: async ({ id }) => {
      asked.push(id);
      const answer = answering.get(id) ?? false;
      if (answer === 'cannot tell') return undefined;
      return answer === 'never' ? new Promise(() => {}) : answer;
    },
  });
  const events: RegistryEvent[] = [];
  registry.onEvent((event) => events.push(event));
  const leases = new Map<string, Lease>();
  let port = 3_000;
  const register = async (
    id: string,
    answer: boolean | 'never' = true,
    facts: Partial<ServiceInstance> = {},
  ) => {
    answering.set(id, answer);
    port += 1;
    leases.set(id, await shared.register(sampleInstance({ id, port, ...facts }), 60 * TTL, signal));
    await clock.advance(0);
  };
  /** All at once, so that no reader sees anything in between. */
  const forget = async (...ids: string[]) => {
    await Promise.all(ids.map(async (id) => leases.get(id)?.release(signal)));
    await clock.advance(0);
  };
  const ids = async () => (await registry.discover('users')).map(({ id }) => id);
  const close = async () => {
    await registry.close();
    expect(clock.pending).toBe(0);
  };
  return { clock, backend, registry, leases, answering, asked, events, register, forget, ids, close };
}

describe('a list that becomes empty', () => {
  it('is not believed while those who were on it answer', async () => {
    const { register, forget, ids, clock, events, registry, close } = setUp();
    await register('a');
    await register('b');
    expect(await ids()).toEqual(['a', 'b']);
    await forget('a', 'b');
    for (let minute = 0; minute < 9; minute += 1) {
      expect(await ids()).toEqual(['a', 'b']);
      await clock.advance(60_000);
    }
    expect(registry.status().watched).toMatchObject([{ up: 2, unlisted: 2, stale: false }]);
    expect(events).toEqual([{ type: 'list-doubted', service: 'users', kept: 2 }]);
    await close();
  });

  it('is believed at once of those who do not answer, and nothing is said of it', async () => {
    const { register, forget, ids, events, close } = setUp();
    await register('a', false);
    await ids();
    await forget('a');
    expect(await ids()).toEqual([]);
    expect(events).toEqual([]);
    await close();
  });

  it('is believed of one that answers nothing within a second', async () => {
    const { register, forget, ids, clock, close } = setUp();
    await register('a', 'never');
    await ids();
    await forget('a');
    await clock.advance(999);
    expect(await ids()).toEqual(['a']);
    await clock.advance(1);
    expect(await ids()).toEqual([]);
    await close();
  });

  it('is believed within five seconds of those who stop answering, each by itself', async () => {
    const { register, forget, ids, clock, answering, events, registry, close } = setUp();
    for (const id of ['a', 'b']) await register(id);
    await ids();
    const shown: string[][] = [];
    void (async () => {
      for await (const { instances } of registry.watch('users')) shown.push(instances.map(({ id }) => id));
    })();
    await forget('a', 'b');
    await clock.advance(60_000);
    answering.set('a', false);
    await clock.advance(5_000);
    expect(await ids()).toEqual(['b']);
    answering.set('b', false);
    await clock.advance(5_000);
    expect(await ids()).toEqual([]);
    expect(shown).toEqual([['a', 'b'], ['a', 'b'], ['b'], []]);
    expect(events.map(({ type }) => type)).toEqual(['list-doubted', 'list-believed']);
    await close();
  });

  it('is not believed of those of whom nobody can tell, because this process cannot ask', async () => {
    const { register, forget, ids, clock, answering, close } = setUp();
    await register('a');
    await register('b');
    await ids();
    for (const id of ['a', 'b']) answering.set(id, 'cannot tell');
    await forget('a', 'b');
    await clock.advance(60_000);
    expect(await ids()).toEqual(['a', 'b']);
    answering.set('a', false);
    await clock.advance(5_000);
    expect(await ids()).toEqual(['b']);
    await close();
  });

  it('is believed of everybody after ten minutes', async () => {
    const { register, forget, ids, clock, close } = setUp();
    await register('a');
    await ids();
    await forget('a');
    await clock.advance(600_000);
    await ids();
    await clock.advance(5_000);
    expect(await ids()).toEqual([]);
    await close();
  });

  it('is believed of one that has said that it leaves', async () => {
    const { register, forget, ids, leases, clock, asked, close } = setUp();
    await register('a');
    await ids();
    await leases.get('a')?.update({ ...sampleInstance({ id: 'a' }), status: 'draining' }, signal);
    await clock.advance(0);
    await forget('a');
    expect(await ids()).toEqual([]);
    expect(asked).toEqual([]);
    await close();
  });

  it('gives everybody one time to live to come back, once anybody has', async () => {
    const { register, forget, ids, clock, events, close } = setUp();
    for (const id of ['a', 'b', 'c']) await register(id);
    await ids();
    await forget('a', 'b', 'c');
    await clock.advance(60_000);
    await register('b');
    expect(await ids()).toEqual(['a', 'b', 'c']);
    await register('c');
    await clock.advance(TTL - 1);
    expect(await ids()).toEqual(['a', 'b', 'c']);
    await clock.advance(5_001);
    expect(await ids()).toEqual(['b', 'c']);
    expect(events.map(({ type }) => type)).toEqual(['list-doubted', 'list-believed']);
    await close();
  });

  it('asks all callers of a large service ever more seldom', async () => {
    const { register, forget, ids, clock, asked, close } = setUp();
    await register('a');
    await ids();
    await forget('a');
    await clock.advance(300_000);
    expect(asked.length).toBeGreaterThan(300 / 5);
    expect(asked.length).toBeLessThan(300 / 2.5 + 10);
    await ids();
    await close();
  });

  it('is treated like one that loses more than half at once, for one time to live', async () => {
    const { register, forget, ids, clock, events, close } = setUp();
    for (const id of ['a', 'b', 'c']) await register(id);
    expect(await ids()).toEqual(['a', 'b', 'c']);
    await forget('a', 'c');
    await clock.advance(TTL - 1);
    expect(await ids()).toEqual(['a', 'b', 'c']);
    await clock.advance(5_001);
    expect(await ids()).toEqual(['b']);
    expect(events.map(({ type }) => type)).toEqual(['list-doubted', 'list-believed']);
    await close();
  });

  it('is not treated like one that loses no more than half', async () => {
    const { register, forget, ids, asked, close } = setUp();
    for (const id of ['a', 'b', 'c', 'd']) await register(id);
    await ids();
    await forget('a', 'c');
    expect(await ids()).toEqual(['b', 'd']);
    expect(asked).toEqual([]);
    await close();
  });

  it('is treated like the first one after an outage, whoever is missing there', async () => {
    const { register, forget, ids, clock, backend, answering, registry, close } = setUp();
    for (const id of ['a', 'b', 'c']) await register(id);
    await ids();
    backend.fault = 'down';
    // A watch that waits for news learns of the outage with the next.
    await register('d');
    await clock.advance(1_000);
    expect(registry.status().watched).toMatchObject([{ stale: true }]);
    await forget('a');
    await forget('b');
    answering.set('b', false);
    backend.fault = 'ok';
    await clock.advance(1_000);
    expect(await ids()).toEqual(['a', 'c', 'd']);
    await clock.advance(TTL + 5_000);
    expect(await ids()).toEqual(['c', 'd']);
    await close();
  });

  it('is treated like those within one time to live after an outage, which lose one after the other', async () => {
    const { register, forget, ids, clock, backend, registry, close } = setUp();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await register(id);
    await ids();
    backend.fault = 'down';
    await register('f');
    await clock.advance(1_000);
    backend.fault = 'ok';
    await clock.advance(1_000);
    expect(registry.status().watched).toMatchObject([{ up: 6, unlisted: 0, stale: false }]);
    await forget('a');
    await clock.advance(TTL / 2);
    await forget('b');
    expect(await ids()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    await clock.advance(TTL / 2 + 5_000);
    expect(await ids()).toEqual(['c', 'd', 'e', 'f']);
    await forget('c');
    expect(await ids()).toEqual(['d', 'e', 'f']);
    await close();
  });

  it('gives no time anew because others come while many are missing', async () => {
    const { register, forget, ids, clock, close } = setUp();
    for (const id of ['a', 'b', 'c']) await register(id);
    await ids();
    await forget('a', 'b');
    await clock.advance(TTL - 1_000);
    await register('d');
    await ids();
    await clock.advance(6_000);
    expect(await ids()).toEqual(['c', 'd']);
    await close();
  });

  it('gives no time anew because those who are left go on changing', async () => {
    const { register, forget, ids, leases, clock, close } = setUp();
    for (const id of ['a', 'b', 'c']) await register(id);
    await ids();
    await forget('a', 'b');
    for (let weight = 2; weight < 40; weight += 1) {
      await leases.get('c')?.update(sampleInstance({ id: 'c', weight }), signal);
      await clock.advance(1_000);
    }
    expect(await ids()).toEqual(['c']);
    await close();
  });

  it('gives each his own time, not that of those who go missing later', async () => {
    const { register, forget, ids, clock, close } = setUp();
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await register(id);
    await ids();
    await forget('a', 'b', 'c', 'd');
    await clock.advance(TTL - 1_000);
    await forget('e', 'f');
    await clock.advance(6_000);
    expect(await ids()).toEqual(['e', 'f', 'g']);
    await close();
  });

  it('does not make an ordinary departure one of many because of those who are kept', async () => {
    const { register, forget, ids, close } = setUp();
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await register(id);
    await ids();
    await forget('a', 'b', 'c', 'd');
    await forget('e');
    expect(await ids()).toEqual(['a', 'b', 'c', 'd', 'f', 'g']);
    await close();
  });

  it('is kept for ten minutes at most, however often the registry lists somebody in between', async () => {
    const { register, forget, ids, clock, close } = setUp();
    await register('a');
    await ids();
    await forget('a');
    for (let minute = 0; minute < 10; minute += 1) {
      await register('b', false);
      await forget('b');
      await clock.advance(60_000);
    }
    await clock.advance(5_000);
    expect(await ids()).toEqual([]);
    await close();
  });

  it.each([
    ['at once', true],
    ['later', false],
  ])('keeps nobody at whose address another one is listed %s', async (_when, atOnce) => {
    const { register, forget, ids, clock, close } = setUp();
    await register('a', true, { port: 80 });
    await register('b', true, { port: 81 });
    await register('d', true, { port: 82 });
    await ids();
    const back = () => register('c', true, { port: 80 });
    if (atOnce) await Promise.all([forget('a', 'b', 'd'), back()]);
    else await forget('a', 'b', 'd').then(back);
    await clock.advance(1_000);
    expect(await ids()).toEqual(['b', 'c', 'd']);
    await close();
  });
});
