import { credentials, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type ClientGrpc, ClientsModule, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { CallObserver, type Observation, type ObservedCall } from '@rookery/common';
import { GrpcResolver, GrpcResolverModule } from '@rookery/client/grpc';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { eventually } from '@rookery/testing';
import { firstValueFrom } from 'rxjs';
import { closeServers, serveChat } from './chat-server.js';
import {
  announce,
  bootClient,
  type Chat,
  CHAT_PROTO,
  chatOf,
  closeClients,
  type Line,
} from './client-grpc-support.js';

afterEach(async () => {
  await closeClients();
  closeServers();
});

const say = (chat: Chat) => firstValueFrom(chat.say({ text: 'hello' }));
const detailsOf = (call: Promise<unknown>) =>
  call.then(
    () => 'succeeded',
    (error: unknown) => (error as { details: string }).details,
  );

const { Chat: ChatClient } = loadPackageDefinition(loadSync(CHAT_PROTO))['chat'] as unknown as {
  Chat: ServiceClientConstructor;
};

/** A client that no app knows of. */
function byHand(options: object = {}) {
  const client = new ChatClient('rookery:///chat', credentials.createInsecure(), options);
  const call = () =>
    new Promise<Line>((resolve, reject) => {
      (client['Say'] as (line: Line, done: (error: unknown, line: Line) => void) => void)(
        { text: 'x' },
        (error, line) => (error ? reject(error) : resolve(line)),
      );
    });
  return { call, close: () => client.close() };
}

describe('two apps of one process', () => {
  it('call the instances of their own registries', async () => {
    const [one, two] = [await bootClient(), await bootClient()];
    for (const { registry } of [one, two]) {
      const name = registry === one.registry ? 'one' : 'two';
      await announce(registry, (await serveChat(name)).port);
    }
    for (let n = 0; n < 10; n += 1) {
      expect([await say(one.chat), await say(two.chat)]).toEqual([
        { text: 'one: hello' },
        { text: 'two: hello' },
      ]);
    }
    await one.app.close();
    expect(await say(two.chat)).toEqual({ text: 'two: hello' });
  });

  it('cannot share a client, which has one registry', async () => {
    const shared = ClientsModule.register([
      {
        name: 'SHARED',
        transport: Transport.GRPC,
        options: { url: 'rookery:///chat', package: 'chat', protoPath: CHAT_PROTO },
      },
    ]);
    await bootClient({ imports: [shared] });
    await expect(bootClient({ imports: [shared] })).rejects.toThrow(
      'The gRPC client SHARED: Two apps of this process use it, which have registries of their own. Use ClientsModule.registerAsync',
    );
  });
});

describe('a client that is made by hand', () => {
  it('uses the only app there is, the one that it is given, and no other', async () => {
    const one = await bootClient();
    await announce(one.registry, (await serveChat('one')).port);
    const free = byHand();
    expect(await free.call()).toEqual({ text: 'one: x' });
    const two = await bootClient();
    await announce(two.registry, (await serveChat('two')).port);
    const unclear = byHand();
    expect(await detailsOf(unclear.call())).toBe(
      'rookery:///chat: several apps of this process could be meant (unnamed, unnamed). Give the client the channelOptions of the GrpcResolver of its app',
    );
    const clear = byHand(two.app.get(GrpcResolver).channelOptions);
    expect(await clear.call()).toEqual({ text: 'two: x' });
    for (const client of [free, unclear, clear]) client.close();
  });

  it('says that there is no app, and finds the one that comes', async () => {
    const early = byHand();
    expect(await detailsOf(early.call())).toBe(
      'rookery:///chat: no app that runs in this process imports GrpcResolverModule.forRoot()',
    );
    const { registry } = await bootClient();
    await announce(registry, (await serveChat('s')).port);
    await eventually('it is found', async () => (await early.call().catch(() => undefined))?.text === 's: x');
    early.close();
  });
});

describe('the boot', () => {
  it('asks for discovery', async () => {
    const app = Test.createTestingModule({ imports: [GrpcResolverModule.forRoot()] });
    await expect(app.compile()).rejects.toThrow(
      'GrpcResolverModule.forRoot: Nobody can find services. Import DiscoveryModule.forRoot().',
    );
  });

  it.each(['rookery:chat', 'rookery://chat', 'rookery:///a b', 'rookery://host/chat', 'rookery:///chat:80'])(
    'refuses the url %s',
    async (url) => {
      await expect(bootClient({ url })).rejects.toThrow(
        `The gRPC client CHAT: url: Invalid value "${url}". Use rookery:/// and the name of a service, such as "rookery:///user-service".`,
      );
    },
  );

  const booted = (json: string) =>
    bootClient({ options: { channelOptions: { 'grpc.service_config': json } } });

  it.each(['{', '5', JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] })])(
    'refuses the service config %s',
    async (json) => {
      await expect(booted(json)).rejects.toThrow('The gRPC client CHAT: serviceConfig: Invalid value');
    },
  );

  it('refuses retries that gRPC does not have', async () => {
    const retryPolicy = { maxAttempts: 1, initialBackoff: '1s', maxBackoff: '1s', backoffMultiplier: 1 };
    const json = JSON.stringify({ methodConfig: [{ name: [{}], retryPolicy }] });
    await expect(booted(json)).rejects.toThrow(
      'The gRPC client CHAT: serviceConfig.methodConfig[0].retryPolicy.maxAttempts: Invalid value 1.',
    );
  });
});

describe('a client that is made by hand', () => {
  const made = (config: object) => byHand({ 'grpc.service_config': JSON.stringify(config) });

  it('is refused a service config that a boot would refuse', () => {
    const hedgingPolicy = { maxAttempts: 6 };
    expect(() => made({ methodConfig: [{ name: [{}], hedgingPolicy }] })).toThrow(
      'rookery:///chat: grpc.service_config.methodConfig[0].hedgingPolicy.maxAttempts: Invalid value 6.',
    );
    expect(() => made({ loadBalancingConfig: [] })).toThrow(
      'rookery:///chat: grpc.service_config: Invalid value an object.',
    );
  });

  it.each(['0.9s', { seconds: 0, nanos: 900_000_000 }])('may have the timeout %j', async (timeout) => {
    const { registry } = await bootClient();
    await announce(registry, (await serveChat('s')).port);
    const client = made({ methodConfig: [{ name: [{}], timeout }] });
    expect(await client.call()).toEqual({ text: 's: x' });
    client.close();
  });
});

describe('who is not there', () => {
  it('is told by name, and found when he comes', async () => {
    const { chat, registry } = await bootClient();
    await registry.register({ service: 'chit', host: '127.0.0.1', port: 1 });
    expect(await detailsOf(say(chat))).toContain('rookery:///chat: ');
    await eventually('the hint', async () => (await detailsOf(say(chat))).includes('chit'));
    await announce(registry, (await serveChat('s')).port);
    await eventually(
      'it is called',
      async () => (await say(chat).catch(() => undefined))?.text === 's: hello',
    );
  });

  it('speaks something else', async () => {
    const { chat, registry } = await bootClient();
    await announce(registry, 1, { protocol: 'http' });
    await announce(registry, 2, { protocol: 'tcp' });
    expect(await detailsOf(say(chat))).toBe(
      'chat: no instance: 2 registered, but they speak http, tcp and not gRPC',
    );
  });

  it('cannot be reached', async () => {
    const { chat, registry } = await bootClient();
    const gone = await serveChat('gone');
    gone.stop();
    await announce(registry, gone.port);
    expect(await detailsOf(say(chat))).toMatch(/^chat: none of 1 instances can be reached: .*ECONNREFUSED/);
  });

  it('is of a version that the route does not have', async () => {
    const services = { chat: { route: { version: '2' } } };
    const { chat, registry } = await bootClient({ discovery: { services } });
    await announce(registry, (await serveChat('old')).port, { version: '1.0.0' });
    expect(await detailsOf(say(chat))).toBe(
      'chat: no instances available for chat (1 registered, but none that this call can go to)',
    );
    await announce(registry, (await serveChat('new')).port, { version: '2.1.0' });
    await eventually(
      'the new one is called',
      async () => (await say(chat).catch(() => undefined))?.text === 'new: hello',
    );
  });

  it('is at a name that leads where nobody may be', async () => {
    const { chat, registry } = await bootClient({ discovery: { admit: { special: [] } } });
    const { port, said } = await serveChat('s');
    await announce(registry, port, { host: 'ip6-localhost.test.invalid' });
    expect(await detailsOf(say(chat))).toMatch(/^chat: no instance: .*ENOTFOUND|EAI_AGAIN/);
    expect(said).toHaveLength(0);
  });
});

describe('the environment', () => {
  const before = process.env['grpc_proxy'];
  afterEach(() => {
    if (before === undefined) delete process.env['grpc_proxy'];
    else process.env['grpc_proxy'] = before;
  });

  it('sends no call between services to a proxy', async () => {
    process.env['grpc_proxy'] = 'http://127.0.0.1:1';
    const { chat, registry } = await bootClient();
    await announce(registry, (await serveChat('s')).port);
    expect(await say(chat)).toEqual({ text: 's: hello' });
  });
});

describe('a call', () => {
  it('is observed with its status, and carries what the observer sends along', async () => {
    const seen: [ObservedCall, Record<string, unknown>][] = [];
    const observer: CallObserver = {
      async observe(call, work) {
        const facts: Record<string, unknown> = {};
        seen.push([call, facts]);
        const observation: Observation = {
          outgoing: { traceparent: '00-1-2-01' },
          annotate: (more) => void Object.assign(facts, more),
          event() {},
        };
        try {
          return await work(observation);
        } catch (error) {
          facts['failed'] = (error as Error).message;
          throw error;
        }
      },
    };
    const tracing = {
      module: class Tracing {},
      global: true,
      providers: [{ provide: CallObserver, useValue: observer }],
      exports: [CallObserver],
    };
    const { chat, registry } = await bootClient({ imports: [tracing] });
    const { port, said } = await serveChat('s', {
      say: ({ request }, answer) =>
        request.text === 'fail' ? answer({ code: 5, details: 'none' }) : answer(null, request),
    });
    await announce(registry, port);
    await say(chat);
    await detailsOf(firstValueFrom(chat.say({ text: 'fail' })));
    expect(said[0]?.metadata.get('traceparent')).toEqual(['00-1-2-01']);
    expect(seen).toEqual([
      [expect.objectContaining({ kind: 'client', name: 'chat.Chat/Say' }), { 'rpc.grpc.status_code': 0 }],
      [
        expect.objectContaining({ name: 'chat.Chat/Say' }),
        { 'rpc.grpc.status_code': 5, failed: 'chat.Chat/Say: answered NOT_FOUND: none' },
      ],
    ]);
  });
});

describe('the end of the app', () => {
  it('ends what its clients watch, those among them that it does not know', async () => {
    const { app, registry, chat } = await bootClient();
    await announce(registry, (await serveChat('s')).port);
    const free = byHand();
    await Promise.all([say(chat), free.call()]);
    expect(registry.status().watched).toMatchObject([{ service: 'chat' }]);
    await app.close();
    expect(await detailsOf(free.call())).toBeDefined();
    free.close();
  });

  it('is not needed: a client that asks early works, without the context of its calls', async () => {
    const early = await Test.createTestingModule({
      imports: [
        DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
        GrpcResolverModule.forRoot(),
        ClientsModule.registerAsync([
          {
            name: 'CHAT',
            useFactory: () => ({
              transport: Transport.GRPC,
              options: { url: 'rookery:///chat', package: 'chat', protoPath: CHAT_PROTO },
            }),
          },
        ]),
      ],
      providers: [
        {
          provide: 'EARLY',
          inject: ['CHAT'],
          useFactory: (client: ClientGrpc) => client.getService<Chat>('Chat'),
        },
      ],
    }).compile();
    await early.init();
    await announce(early.get(ServiceRegistry), (await serveChat('s')).port);
    expect(await say(early.get<Chat>('EARLY'))).toEqual({ text: 's: hello' });
    expect(chatOf(early)).toBeDefined();
    await early.close();
  });
});
