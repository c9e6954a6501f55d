import { type ServerResponse } from 'node:http';
import { VirtualClock } from '@rookery/common/testing';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { etcdRegistry } from '@rookery/etcd';
import { eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { StrangeServer } from './strange-server.js';

const NEVER = new AbortController().signal;
const HEADER = { header: { revision: '5', raft_term: '2' } };

const backendAt = (...servers: StrangeServer[]) =>
  etcdRegistry({
    endpoints: servers.map(({ endpoint }) => endpoint),
    timeout: '5s',
    username: 'me',
    password: 's3cret',
    random: () => 0,
  });
const give = (response: ServerResponse, body: unknown, status = 200) => {
  response.statusCode = status;
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};
/** An etcd without entries whose watches a test answers. */
const watchedServer = (watch: (response: ServerResponse, asked: number) => void) => {
  let asked = 0;
  return StrangeServer.start((request, response) => {
    if (request.url === '/v3/auth/authenticate') give(response, { ...HEADER, token: 'x' });
    else if (request.url === '/v3/watch') watch(response, (asked += 1));
    else give(response, HEADER);
  });
};
const line = (result: object) => `${JSON.stringify({ result })}\n`;
const CREATED = line({ ...HEADER, created: true });

describe('what answers where an etcd is expected', () => {
  it.each<[string, string, number, string]>([
    ['nothing', '', 200, 'JSON'],
    ['a page', '<html>hello</html>', 200, 'JSON'],
    ['another API', '{"ok":true}', 200, 'none of etcd'],
    ['a list', '[]', 200, 'none of etcd'],
    ['null', 'null', 200, 'none of etcd'],
    ['entries that are none', JSON.stringify({ ...HEADER, kvs: [{}] }), 200, 'none of etcd'],
    ['entries that are no list', JSON.stringify({ ...HEADER, kvs: 'many' }), 200, 'none of etcd'],
    ['a failure without a word', '', 502, 'HTTP status 502'],
    ['a failure with a page', '<h1>Bad gateway</h1>', 502, 'Bad gateway'],
    ['a refusal without a reason', '{"code":14}', 503, 'without a reason'],
    ['a failure that never ends', 'x'.repeat(100_000), 500, 'more than 65536 bytes'],
  ])('is no empty list when it is %s', async (_what, body, status, reason) => {
    await using server = await StrangeServer.start((request, response) => {
      if (request.url === '/v3/auth/authenticate') give(response, { ...HEADER, token: 'x' });
      else give(response, body, status);
    });
    await expect(backendAt(server).list('users', NEVER)).rejects.toMatchObject({
      code: 'ETCD_UNAVAILABLE',
      reason: expect.stringContaining(reason),
    });
    await expect(backendAt(server).register(sampleInstance(), 60_000, NEVER)).rejects.toMatchObject({
      code: 'ETCD_UNAVAILABLE',
    });
  });

  it('is left for the next endpoint when it speaks for itself only', async () => {
    await using lonely = await StrangeServer.start((_request, response) =>
      give(response, { message: 'etcdserver: no leader', code: 14 }, 503),
    );
    await using good = await watchedServer(() => {});
    const backend = backendAt(lonely, good);
    expect((await backend.list('users', NEVER)).instances).toEqual([]);
    expect(backend.counters?.()['failovers']).toBe(1);
  });

  it('is not followed to where it redirects, and gets no password in the address', async () => {
    const urls: (string | undefined)[] = [];
    await using other = await StrangeServer.start((request, response) => {
      urls.push(request.url);
      give(response, HEADER);
    });
    await using server = await StrangeServer.start((_request, response) => {
      response.setHeader('location', other.endpoint);
      give(response, '', 307);
    });
    await expect(backendAt(server).list('users', NEVER)).rejects.toThrow('redirect');
    expect(urls).toEqual([]);
  });

  it('is asked for one token by all who need one', async () => {
    let tokens = 0;
    await using server = await StrangeServer.start((request, response) => {
      if (request.url === '/v3/auth/authenticate') tokens += 1;
      give(response, { ...HEADER, token: 'x' });
    });
    const backend = backendAt(server);
    await Promise.all(['a', 'b', 'c'].map((service) => backend.list(service, NEVER)));
    expect(tokens).toBe(1);
  });

  it('is lost in bounded time when its answer never ends', async () => {
    await using server = await StrangeServer.start((_request, response) => void response.write('{'));
    const backend = etcdRegistry({ endpoints: [server.endpoint], timeout: 500 });
    await expect(backend.list('users', NEVER)).rejects.toThrow('did not answer within 500 ms');
  });

  it('is not asked for ever when each write comes too late', async () => {
    await using server = await StrangeServer.start(({ url }, response) => {
      const refused = { ...HEADER, responses: [{ response_range: {} }] };
      give(response, url === '/v3/kv/txn' ? refused : { ...HEADER, token: 'x' });
    });
    await expect(backendAt(server).register(sampleInstance(), 60_000, NEVER)).rejects.toThrow(
      'Others keep writing the entry of instance users-1 of service users.',
    );
  });

  it('starts no registration whose caller has left', async () => {
    const paths: (string | undefined)[] = [];
    await using server = await StrangeServer.start(({ url }, response) => {
      paths.push(url);
      give(response, { ...HEADER, token: 'x' });
    });
    await expect(
      backendAt(server).register(sampleInstance(), 60_000, AbortSignal.abort(new Error('enough'))),
    ).rejects.toThrow('enough');
    expect(paths).toEqual([]);
  });
});

describe('a watch', () => {
  it.each<[string, string, string]>([
    ['ends it at once', '', 'it ended the stream at once'],
    ['says something else', line(HEADER), 'it did not say that it watches'],
    ['sends no JSON', 'hello\n', 'JSON'],
    ['refuses', '{"error":{"grpc_code":7,"message":"permission denied"}}', 'permission denied'],
    ['ends it soon', CREATED, 'it ended the watch'],
    ['breaks it off', `${CREATED}{"result":`, 'JSON'],
    ['cancels it', CREATED + line({ ...HEADER, canceled: true, cancel_reason: 'enough' }), 'enough'],
    ['sends events that are none', CREATED + line({ ...HEADER, events: [{}] }), 'none of etcd'],
    ['is behind', line({ header: { revision: '4', raft_term: '2' }, created: true }), 'it is behind'],
    [
      'fails within it',
      `${CREATED}{"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: server stopped"}}`,
      'server stopped',
    ],
  ])('fails with the reason when the server %s', async (_what, body, reason) => {
    await using server = await watchedServer((response) => response.end(body));
    const backend = backendAt(server);
    const watch = recordWatch(backend, 'users');
    await eventually('the end', () => backend.counters?.()['watchesLost'] === 1);
    await expect(watch.stop()).rejects.toMatchObject({
      code: 'ETCD_UNAVAILABLE',
      reason: expect.stringContaining(reason),
    });
  });

  it('that breaks is followed by a reading at a time of its own, so that not all who watched read at once', async () => {
    let readings = 0;
    await using server = await StrangeServer.start(({ url }, response) => {
      if (url !== '/v3/watch') {
        readings += 1;
        give(response, HEADER);
      } else if (readings === 1) response.end(CREATED);
      else response.write(CREATED);
    });
    const clock = new VirtualClock();
    const scheduled = jest.spyOn(clock, 'schedule');
    const backend = etcdRegistry({ endpoints: [server.endpoint], clock, random: () => 0.5 });
    const watch = recordWatch(backend, 'users');
    await eventually('the pause', () => scheduled.mock.calls.some(([ms]) => ms === 100));
    expect(readings).toBe(1);
    await clock.advance(100);
    await eventually('the next reading', () => readings === 2);
    await watch.stop();
    expect(backend.counters?.()['watchesLost']).toBe(0);
  });

  it('gets a new token when the server refuses the old one, which it says in its own way', async () => {
    const reason = 'rpc error: code = Unauthenticated desc = etcdserver: invalid auth token';
    await using server = await watchedServer((response, asked) => {
      if (asked === 1)
        response.end(line({ ...HEADER, created: true, canceled: true, cancel_reason: reason }));
      else response.write(CREATED);
    });
    const backend = backendAt(server);
    const watch = recordWatch(backend, 'users');
    await eventually('a list', () => watch.ids()?.length === 0);
    await watch.stop();
    expect(backend.counters?.()['watchesLost']).toBe(0);
  });
});
