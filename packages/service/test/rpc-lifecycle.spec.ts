import { type INestMicroservice } from '@nestjs/common';
import {
  ClientProxyFactory,
  type ClientTCP,
  type MicroserviceOptions,
  type ServerTCP,
  Transport,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { firstValueFrom, type Observable } from 'rxjs';
import { AppClosing } from '@rookery/common';
import { eventually, freePort } from '@rookery/testing';
import { ServiceModule, type ServiceOptions, ServiceState } from '../src/index.js';
import { partsOf, warnings, Workplace } from './workplace.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** How an app is ended: by its own hand, and as Nest does when a signal comes. */
const ENDS: [string, (app: INestMicroservice) => Promise<void>][] = [
  ['close()', (app) => app.close()],
  ['a signal', (app) => (app as unknown as { shutdown(signal: string): Promise<void> }).shutdown('SIGTERM')],
];

const grpcOptions = (port: number) => ({
  url: `127.0.0.1:${port}`,
  package: 'work',
  protoPath: join(import.meta.dirname, 'work.proto'),
});

interface WorkClient {
  do(job: { name: string }): Observable<{ name: string }>;
}

let place: Workplace;
let app: INestMicroservice;
let logger: ReturnType<typeof warnings>;

async function boot(server: MicroserviceOptions, options: Partial<ServiceOptions> = {}): Promise<void> {
  place = new Workplace();
  logger = warnings();
  const { controllers = [], providers = [] } = partsOf(place);
  const module = await Test.createTestingModule({
    imports: [ServiceModule.forRoot({ name: 'a', ...options })],
    controllers,
    providers,
  }).compile();
  const [workplace, booted] = [
    place,
    module.createNestMicroservice<MicroserviceOptions>({ ...server, logger }),
  ];
  app = booted;
  open.push(
    () => workplace.release.open(),
    () => booted.close(),
  );
}

type Call = () => Promise<{ name: string }>;

/** Boots a server of a transport, and returns what makes a client of it. */
type Start = (options?: Partial<ServiceOptions>) => Promise<() => Call>;

const startTcp: Start = async (options) => {
  await boot({ transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } }, options);
  await app.listen();
  const { port } = app.unwrap<Server>().address() as AddressInfo;
  return () => {
    const client = tcpClient(port);
    return () => firstValueFrom(client.send<{ name: string }>('work', {}));
  };
};

const TRANSPORTS: [string, Start][] = [
  ['TCP', startTcp],
  [
    'gRPC',
    async (options) => {
      const port = await freePort();
      await boot({ transport: Transport.GRPC, options: grpcOptions(port) }, options);
      await app.listen();
      return () => {
        const client = ClientProxyFactory.create({
          transport: Transport.GRPC,
          options: grpcOptions(port),
        });
        open.push(() => client.close());
        return () => firstValueFrom(client.getService<WorkClient>('Work').do({ name: 'x' }));
      };
    },
  ],
];

function tcpClient(port: number): ClientTCP {
  const client = ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port },
  }) as ClientTCP;
  open.push(() => client.close());
  return client;
}

describe.each(TRANSPORTS)('a %s microservice', (_name, start) => {
  it('is ready when it listens, and not before', async () => {
    await start();
    expect(app.get(ServiceState).current).toBe('ready');
    await boot({ transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } });
    await app.init();
    expect(app.get(ServiceState).current).toBe('starting');
  });

  it.each(ENDS)(
    'that is ended by %s finishes the call it has before anything is destroyed',
    async (_how, end) => {
      const connect = await start();
      const answer = connect()();
      await place.entered.passed;
      let drains = false;
      app.get(AppClosing, { strict: false }).on('drain', () => (drains = true));
      const ending = end(app);
      await eventually('it drains', () => drains);
      await expect(connect()()).rejects.toThrow('ECONNREFUSED');
      expect(place.story).toEqual(['begun']);
      place.release.open();
      expect(await answer).toEqual({ name: 'done' });
      await ending;
      expect(place.story).toEqual(['begun', 'finished', 'destroyed']);
      expect(app.get(ServiceState).current).toBe('stopped');
      expect(logger.lines).toEqual([]);
    },
  );

  it('cuts off what has not finished in drainTimeout, and says how many that were', async () => {
    const connect = await start({ drainTimeout: '20ms' });
    const answer = connect()();
    await place.entered.passed;
    const [, end] = await Promise.allSettled([app.close(), answer]);
    expect(end.status).toBe('rejected');
    expect(logger.lines).toEqual([
      expect.stringMatching(
        /^Cut off after the 20 ms of drainTimeout, unanswered: (messages|gRPC calls): 1\.$/,
      ),
    ]);
  });
});

describe('a TCP microservice', () => {
  it('goes on answering on the connections it has while it leaves', async () => {
    const call = (await startTcp())();
    const seen: unknown[] = [];
    app.get(AppClosing, { strict: false }).on('leave', async () => {
      place.release.open();
      seen.push(await call());
    });
    await app.close();
    expect(seen).toEqual([{ name: 'done' }]);
  });

  it('waits for events as well, and leaves the hooks that others have set', async () => {
    await boot({ transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } });
    const server = (app as unknown as { getTransportServer(): ServerTCP }).getTransportServer();
    server.setOnProcessingStartHook((_transport, _context, done) => {
      place.story.push('hook');
      void done();
    });
    server.setOnProcessingEndHook(() => void place.story.push('end hook'));
    await app.listen();
    const client = tcpClient((app.unwrap<Server>().address() as AddressInfo).port);
    await firstValueFrom(client.emit('noted', {}), { defaultValue: undefined });
    await place.entered.passed;
    let drains = false;
    app.get(AppClosing, { strict: false }).on('drain', () => (drains = true));
    const closing = app.close();
    await eventually('it drains', () => drains);
    expect(place.story).toEqual(['hook', 'begun']);
    place.release.open();
    await closing;
    expect(place.story).toEqual(['hook', 'begun', 'finished', 'end hook', 'destroyed']);
  });
});

describe('an app of HTTP and microservices', () => {
  it('finishes the calls of all of them before anything is destroyed', async () => {
    place = new Workplace();
    const { controllers = [], providers = [] } = partsOf(place);
    const module = await Test.createTestingModule({
      imports: [ServiceModule.forRoot({ name: 'a' })],
      controllers,
      providers,
    }).compile();
    const hybrid = module.createNestApplication({ logger: false });
    open.push(
      () => place.release.open(),
      () => hybrid.close(),
    );
    const port = await freePort();
    hybrid.connectMicroservice<MicroserviceOptions>({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port },
    });
    await hybrid.startAllMicroservices();
    expect(hybrid.get(ServiceState).current).toBe('starting');
    await hybrid.listen(0, '127.0.0.1');
    expect(hybrid.get(ServiceState).current).toBe('ready');
    const url = await hybrid.getUrl();
    const answers = Promise.all([
      firstValueFrom(tcpClient(port).send<{ name: string }>('work', {})),
      fetch(`${url}/work`).then((response) => response.json() as Promise<{ name: string }>),
    ]);
    await eventually('both are under way', () => place.story.length === 2);
    const closing = hybrid.close();
    await eventually('nobody listens', () => !(hybrid.getHttpServer() as Server).listening);
    place.release.open();
    expect(await answers).toEqual([{ name: 'done' }, { name: 'done' }]);
    await closing;
    expect(place.story).toEqual(['begun', 'begun', 'finished', 'finished', 'destroyed']);
  });
});
