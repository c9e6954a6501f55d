import { type Server } from 'node:net';
import { Controller, Inject, type DynamicModule } from '@nestjs/common';
import {
  ClientsModule,
  Ctx,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import {
  rookeryClient,
  type RookeryClientOptions,
  type ServiceClientProxy,
} from '@rookery/client/microservices';
import {
  DiscoveryModule,
  type DiscoveryModuleOptions,
  memoryRegistry,
  ServiceRegistry,
} from '@rookery/discovery';
import { type PolicyOptions, ResilienceModule } from '@rookery/resilience';
import { firstValueFrom, from, lastValueFrom, NEVER, type Observable, startWith, toArray } from 'rxjs';

/** What a server has seen and does. */
export class Desk {
  /** The patterns of the messages so far. */
  readonly handled: string[] = [];
  /** What came beside the data of the last message, in whichever form the transport has. */
  context: unknown;
  #release = () => {};
  readonly released = new Promise<void>((resolve) => (this.#release = resolve));

  constructor(readonly name: string) {}

  /** Lets `wait` answer. */
  release(): void {
    this.#release();
  }
}

@Controller()
class Users {
  constructor(@Inject(Desk) private readonly desk: Desk) {}

  @MessagePattern('name')
  name() {
    this.desk.handled.push('name');
    return this.desk.name;
  }

  @MessagePattern({ cmd: 'echo' })
  echo(@Payload() data: unknown, @Ctx() context: unknown) {
    this.desk.context = context;
    return { data };
  }

  @MessagePattern('three')
  three() {
    return from([1, 2, 3]);
  }

  @MessagePattern('begin')
  begin() {
    return NEVER.pipe(startWith('begun'));
  }

  @MessagePattern('wait')
  async wait() {
    this.desk.handled.push('wait');
    await this.desk.released;
    return this.desk.name;
  }

  @MessagePattern('refuse')
  refuse(@Payload() payload: object | string) {
    this.desk.handled.push('refuse');
    throw new RpcException(payload);
  }

  @MessagePattern('break')
  break() {
    this.desk.handled.push('break');
    throw new Error('a secret');
  }

  @EventPattern('noted')
  noted(@Payload() data: unknown, @Ctx() context: unknown) {
    this.desk.context = context;
    this.desk.handled.push(`noted ${String(data)}`);
  }
}

const silent = { log() {}, warn() {}, error() {}, debug() {} };
const open: (() => unknown)[] = [];

/** Runs when the test is over, before what was registered earlier. */
export function atTheEnd(close: () => unknown): void {
  open.push(close);
}

/** Closes what the test opened: clients before servers. */
export async function closeAll(): Promise<void> {
  for (const close of open.splice(0).toReversed()) await close();
}

/** A plain Nest microservice. */
export async function serve(options: MicroserviceOptions, name = 'ada') {
  const desk = new Desk(name);
  const module = await Test.createTestingModule({
    controllers: [Users],
    providers: [{ provide: Desk, useValue: desk }],
  }).compile();
  const app = module.createNestMicroservice<MicroserviceOptions>({ ...options, logger: silent });
  await app.listen();
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    desk.release();
    // Nest's own server may have lost its broker, and says so here.
    await app.close().catch(() => {});
  };
  atTheEnd(close);
  return { app, desk, close };
}

/** A plain Nest TCP microservice. Nest cuts its connections when it closes. */
export async function serveTcp(name = 'ada', port = 0) {
  const server = await serve({ transport: Transport.TCP, options: { host: '127.0.0.1', port } }, name);
  const { port: listening } = server.app.unwrap<Server>().address() as { port: number };
  const connections = () =>
    new Promise<number>((resolve) =>
      server.app.unwrap<Server>().getConnections((_error, count) => resolve(count)),
    );
  return { ...server, port: listening, connections };
}

export interface ClientSetup {
  readonly client?: Partial<RookeryClientOptions>;
  readonly policies?: Record<string, PolicyOptions>;
  readonly discovery?: DiscoveryModuleOptions;
  readonly imports?: DynamicModule[];
}

/** An app with a client of `users`, as Nest's users write it. */
export async function boot({ client, policies = {}, discovery = {}, imports = [] }: ClientSetup = {}) {
  const app = await Test.createTestingModule({
    imports: [
      ...imports,
      ResilienceModule.forRoot({ policies }),
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false, ...discovery }),
      ClientsModule.registerAsync([
        rookeryClient({
          name: 'USERS',
          service: 'users',
          transport: Transport.TCP,
          ...client,
        }),
      ]),
    ],
  })
    .setLogger(silent)
    .compile();
  atTheEnd(() => app.close());
  await app.init();
  const users = app.get<ServiceClientProxy>('USERS', { strict: false });
  const registry = app.get(ServiceRegistry);
  const list = (id: string, port: number, host = '127.0.0.1') =>
    registry.register({ service: 'users', id, host, port, protocol: 'tcp' });
  return { app, users, registry, list };
}

export const answer = <T>(observable: Observable<T>): Promise<T> => firstValueFrom(observable);
export const answers = <T>(observable: Observable<T>): Promise<T[]> =>
  lastValueFrom(observable.pipe(toArray()));

/** What a call failed with. */
export async function failureOf(observable: Observable<unknown>): Promise<unknown> {
  return lastValueFrom(observable).then(
    (value) => {
      throw new Error(`It answered ${JSON.stringify(value)}.`);
    },
    (error: unknown) => error,
  );
}
