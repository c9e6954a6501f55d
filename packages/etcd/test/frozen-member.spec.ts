import { type ServerResponse } from 'node:http';
import { VirtualClock } from '@rookery/common/testing';
import { etcdRegistry, type EtcdRegistryOptions } from '@rookery/etcd';
import { eventually } from '@rookery/testing';
import { StrangeServer } from './strange-server.js';

const NEVER = new AbortController().signal;

/** A member that takes questions and never answers. */
const startFrozen = (asked: string[]) =>
  StrangeServer.start(({ url = '' }) => {
    asked.push(url);
  });
/** A member without entries, which gives everybody a token. */
const startLiving = () =>
  StrangeServer.start((_request, response: ServerResponse) =>
    response.end(JSON.stringify({ header: { revision: '5', raft_term: '2' }, token: 'x' })),
  );
/** Asks the first endpoint first. */
const over = (servers: StrangeServer[], options: EtcdRegistryOptions = {}) =>
  etcdRegistry({ endpoints: servers.map(({ endpoint }) => endpoint), random: () => 0, ...options });

describe('a member that is frozen', () => {
  it.each<[string, EtcdRegistryOptions]>([
    ['a question', {}],
    ['a password', { username: 'me', password: 's3cret' }],
  ])('is left by callers who have less time than it may take to answer %s', async (_what, options) => {
    const asked: string[] = [];
    await using frozen = await startFrozen(asked);
    await using living = await startLiving();
    const clock = new VirtualClock();
    const backend = over([frozen, living], { clock, ...options });
    const limit = new AbortController();
    const late = backend.list('users', limit.signal);
    await eventually('the question', () => asked.length === 1);
    // As long as a beat may take with a time to live of one second.
    await clock.advance(266);
    limit.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    expect(backend.counters?.()['failovers']).toBe(1);
    expect((await backend.list('users', NEVER)).instances).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it('is not taken for frozen because a caller has left at once', async () => {
    const asked: string[] = [];
    await using slow = await startFrozen(asked);
    await using living = await startLiving();
    const clock = new VirtualClock();
    const backend = over([slow, living], { clock });
    const limit = new AbortController();
    const left = backend.list('users', limit.signal);
    await eventually('the question', () => asked.length === 1);
    await clock.advance(50);
    limit.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    expect(backend.counters?.()['failovers']).toBe(0);
  });

  it('holds up nobody who asks another for a token', async () => {
    const asked: string[] = [];
    await using frozen = await startFrozen(asked);
    await using living = await startLiving();
    const clock = new VirtualClock();
    const backend = over([frozen, living], { clock, timeout: 500, username: 'me', password: 's3cret' });
    const lists = Promise.all(['a', 'b', 'c'].map((service) => backend.list(service, NEVER)));
    await eventually('the question for a token', () => asked.length === 1);
    await clock.advance(500);
    expect((await lists).map(({ instances }) => instances)).toEqual([[], [], []]);
    expect(asked).toEqual(['/v3/auth/authenticate']);
    expect(backend.counters?.()['failovers']).toBe(1);
  });
});
