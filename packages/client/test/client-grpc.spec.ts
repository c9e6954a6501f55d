import { Metadata, status } from '@grpc/grpc-js';
import { type GrpcOptions } from '@nestjs/microservices';
import { runInContext, systemClock } from '@rookery/common';
import { type GrpcServiceConfig, serviceConfigForGrpcJs } from '@rookery/client/grpc';
import { LOAD_HEADER, LoadBalancer } from '@rookery/discovery';
import { eventually } from '@rookery/testing';
import { firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { type ChatServer, closeServers, type Say, serveChat } from './chat-server.js';
import {
  announce,
  bootClient,
  type Chat,
  type ClientAppOptions,
  closeClients,
} from './client-grpc-support.js';

afterEach(async () => {
  await closeClients();
  closeServers();
});

const say = (chat: Chat, text = 'hello') => firstValueFrom(chat.say({ text }));
const failure = (call: Promise<unknown>) =>
  call.then(
    (value) => Promise.reject(new Error(`It succeeded with ${JSON.stringify(value)}.`)),
    (error: unknown) => error as { code: number; details: string },
  );

/** A client and the servers that it finds. */
async function start(count: number, options: ClientAppOptions = {}, handler?: Say) {
  const servers: ChatServer[] = [];
  for (let n = 0; n < count; n += 1)
    servers.push(await serveChat(`s${n}`, { ...(handler && { say: handler }) }));
  const client = await bootClient(options);
  const registrations = [];
  for (const { port } of servers) registrations.push(await announce(client.registry, port));
  const report = () => client.app.get(LoadBalancer).status()[0]?.instances ?? [];
  return { ...client, servers, registrations, report };
}

const LATE = { code: status.DEADLINE_EXCEEDED, details: 'too late' };

const RETRY = (maxAttempts: number) => ({
  channelOptions: {
    'grpc.service_config': JSON.stringify({
      methodConfig: [
        {
          name: [{ service: 'chat.Chat' }],
          retryPolicy: {
            maxAttempts,
            initialBackoff: '0.001s',
            maxBackoff: '0.01s',
            backoffMultiplier: 1,
            retryableStatusCodes: ['UNAVAILABLE'],
          },
        },
      ],
    }),
  },
});

describe("Nest's own ClientGrpc at rookery:///chat", () => {
  it('makes calls of all kinds', async () => {
    const { chat, servers } = await start(1);
    expect(await say(chat)).toEqual({ text: 's0: hello' });
    expect(await firstValueFrom(chat.listen({ text: 'more' }))).toEqual({ text: 's0: more' });
    expect(await lastValueFrom(chat.collect(from([{ text: 'a' }, { text: 'b' }])))).toEqual({
      text: 's0: a b',
    });
    const talk = chat.talk(from([{ text: 'a' }, { text: 'b' }])).pipe(toArray());
    expect(await lastValueFrom(talk)).toEqual([{ text: 's0: a' }, { text: 's0: b' }]);
    expect(servers[0]?.said[0]?.getHost()).toBe('chat');
  });

  it('shares calls among the instances, and what it learns with the balancer of the app', async () => {
    const { chat, report } = await start(3);
    await say(chat);
    await eventually('all are called', async () => {
      await Promise.all(Array.from({ length: 12 }, () => say(chat)));
      return report().every(({ costMs }) => costMs !== undefined);
    });
    expect(report().map(({ pending }) => pending)).toEqual([0, 0, 0]);
  });

  it('counts each of many calls that are made in one go', async () => {
    const hold: (() => void)[] = [];
    const { chat, report, servers } = await start(2, {}, (_call, answer) => {
      hold.push(() => answer(null, { text: '' }));
    });
    // Connected to both, of which nothing is known yet.
    const first = [say(chat), say(chat)];
    await eventually('the first two', () => hold.length === 2);
    const calls = Array.from({ length: 20 }, () => say(chat));
    await eventually('all calls', () => hold.length === 22);
    expect(report().map(({ pending }) => pending)).toEqual([11, 11]);
    for (const answer of hold) answer();
    await Promise.all([...first, ...calls]);
    expect(servers.map(({ said }) => said.length)).toEqual([11, 11]);
    expect(report().map(({ pending }) => pending)).toEqual([0, 0]);
  });

  it('uses an instance as soon as it is registered, and another one from the next call on when it leaves', async () => {
    const { chat, registrations, registry } = await start(1);
    expect(await say(chat)).toEqual({ text: 's0: hello' });
    const late = await serveChat('late');
    const joined = await announce(registry, late.port);
    await eventually('it is called', async () => (await say(chat)).text.startsWith('late'));
    await registrations[0]?.leave();
    for (let n = 0; n < 20; n += 1) expect(await say(chat)).toEqual({ text: 'late: hello' });
    await joined.leave();
    const error = await failure(say(chat));
    expect(error).toMatchObject({ code: status.UNAVAILABLE, details: 'chat: no instance' });
  });

  it('lets streams go on at an instance that has left', async () => {
    const { chat, registrations, registry, servers, report } = await start(1);
    const heard: string[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      chat.listen({ text: 'x' }).subscribe({
        next: ({ text }) => heard.push(text),
        error: reject,
        complete: resolve,
      });
    });
    await eventually('it has begun', () => heard.length === 1);
    expect(report()[0]?.pending).toBe(1);
    const other = await serveChat('other');
    await announce(registry, other.port);
    await registrations[0]?.leave();
    await eventually('others are called', async () => (await say(chat)).text === 'other: hello');
    servers[0]?.listening[0]?.write({ text: 'still there' });
    servers[0]?.listening[0]?.end();
    await ended;
    expect(heard).toEqual(['s0: x', 'still there']);
  });

  it('finds an instance at once that comes back where it was, after it had been away', async () => {
    const { chat, registrations, registry, servers } = await start(1);
    await say(chat);
    const port = servers[0]?.port ?? 0;
    servers[0]?.stop();
    expect(await failure(say(chat))).toMatchObject({ code: status.UNAVAILABLE });
    await registrations[0]?.leave();
    await serveChat('again', { port });
    await announce(registry, port, { id: 'started-anew' });
    await eventually(
      'it is called',
      async () => (await say(chat).catch(() => ({ text: '' }))).text === 'again: hello',
    );
  });

  it('tries again elsewhere as the service config says, and says where it stays alone', async () => {
    const down: Say = (_call, answer) => answer({ code: status.UNAVAILABLE, details: 'not now' });
    const { chat, servers } = await start(3, { options: RETRY(3) }, down);
    await eventually('all three are tried', async () => {
      for (const { said } of servers) said.length = 0;
      expect(await failure(say(chat))).toMatchObject({ code: status.UNAVAILABLE, details: 'not now' });
      return servers.every(({ said }) => said.length === 1);
    });
  });

  it.each<[string, (config: GrpcServiceConfig) => string]>([
    ['as JSON', JSON.stringify],
    ['as grpc-js reads it', serviceConfigForGrpcJs],
  ])('takes a fraction of a second in a service config %s for what it is', async (_how, write) => {
    const silent: Say = (call, answer) => {
      if (call.request.text === 'hello') answer(null, { text: 'there' });
    };
    const json = write({ methodConfig: [{ name: [{ service: 'chat.Chat' }], timeout: '0.9s' }] });
    const { chat, app } = await start(
      1,
      { options: { channelOptions: { 'grpc.service_config': json } } },
      silent,
    );
    expect(await say(chat)).toEqual({ text: 'there' });
    expect(await failure(say(chat, 'wait'))).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    // What else of grpc-js may read the option finds it in the form that cannot be misread.
    const { options } = app.get<{ options: GrpcOptions['options'] }>('CHAT', { strict: false });
    expect(options.channelOptions?.['grpc.service_config']).toContain('{"seconds":0,"nanos":900000000}');
  });

  it('keeps an instance whose streams are answered and then run out of time', async () => {
    const { chat, report, servers } = await start(2, { discovery: { strategy: 'round-robin' } });
    await eventually('both are called', async () => (await say(chat), servers.every(({ said }) => said[0])));
    for (let n = 0; n < 16; n += 1) {
      const stream = failure(
        new Promise((resolve, reject) => {
          chat.listen({ text: 'x' }).subscribe({
            next: () => servers.forEach(({ listening }) => listening.pop()?.emit('error', LATE)),
            error: reject,
            complete: () => resolve('its end'),
          });
        }),
      );
      expect(await stream).toMatchObject(LATE);
    }
    for (const instance of report()) expect(instance).not.toHaveProperty('ejected');
  });

  it('puts an instance out that fails, also when it fails at once', async () => {
    const { chat, report, registry } = await start(1, { discovery: { strategy: 'round-robin' } });
    const broken: Say = (_call, answer) => answer({ code: status.INTERNAL, details: 'broken' });
    const bad = await serveChat('bad', { say: broken });
    await announce(registry, bad.port);
    const ejected = () => report().find(({ instance }) => instance.port === bad.port)?.ejected;
    await eventually('it is out', async () => {
      await say(chat).catch(() => undefined);
      return ejected() !== undefined;
    });
    expect(ejected()).toMatchObject({ reason: 'consecutive-failures' });
    for (let n = 0; n < 50; n += 1) expect(await say(chat)).toEqual({ text: 's0: hello' });
  });

  it('asks instances for their load', async () => {
    const loaded: Say = (call, answer) => {
      const trailers = new Metadata();
      if (call.metadata.get(LOAD_HEADER)[0] === 'ask') trailers.set(LOAD_HEADER, '0.75');
      answer(null, { text: '' }, trailers);
    };
    const { chat, report } = await start(1, {}, loaded);
    await say(chat);
    expect(report()[0]?.utilization).toBeCloseTo(0.75, 1);
  });

  it('calls those that drain only where nobody else is up', async () => {
    const { chat, registrations, servers } = await start(2);
    await registrations[0]?.update({ status: 'draining' });
    await eventually('both are connected', async () => (await say(chat)).text === 's1: hello');
    for (let n = 0; n < 20; n += 1) expect(await say(chat)).toEqual({ text: 's1: hello' });
    const before = servers[0]?.said.length ?? 0;
    await registrations[1]?.update({ status: 'draining' });
    await eventually('the other one is called', async () => {
      await Promise.all([say(chat), say(chat)]);
      return (servers[0]?.said.length ?? 0) > before;
    });
  });

  it('connects again within a second to one that was away without having left', async () => {
    const { chat, servers } = await start(1);
    await say(chat);
    const port = servers[0]?.port ?? 0;
    servers[0]?.stop();
    expect(await failure(say(chat))).toMatchObject({ code: status.UNAVAILABLE });
    await serveChat('again', { port });
    await eventually(
      'it is called',
      async () => (await say(chat).catch(() => ({ text: '' }))).text === 'again: hello',
    );
  });

  it('ends with the deadline and the signal of the work that calls, and leaves nothing counted', async () => {
    const { chat, report } = await start(1, {}, () => {});
    const deadline = systemClock.monotonic() + 50;
    const late = await runInContext({ deadline }, () => failure(say(chat)));
    expect(late.code).toBe(status.DEADLINE_EXCEEDED);
    const caller = new AbortController();
    const left = runInContext({ signal: caller.signal }, () => failure(say(chat)));
    await eventually('it is under way', () => report()[0]?.pending === 1);
    caller.abort();
    expect(await left).toMatchObject({ code: status.CANCELLED });
    expect(report()[0]?.pending).toBe(0);
  });

  it('passes metadata on and leaves those of the caller as they were', async () => {
    const { chat, servers } = await start(1);
    const metadata = new Metadata();
    metadata.set('tenant', 'a');
    await firstValueFrom(chat.say({ text: 'x' }, metadata));
    expect(servers[0]?.said[0]?.metadata.get('tenant')).toEqual(['a']);
    expect(Object.keys(metadata.getMap())).toEqual(['tenant']);
  });
});
