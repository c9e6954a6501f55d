import { join } from 'node:path';
import { type AddressInfo, type Server } from 'node:net';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import {
  ClientProxyFactory,
  type ClientTCP,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { TIMEOUT_HEADER } from '@rookery/common';
import { eventually, freePort } from '@rookery/testing';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { ServiceModule, type ServiceOptions } from '../src/index.js';
import { JobLog, limitedJobs } from './limited-jobs.js';
import { warnings } from './workplace.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function boot(server: MicroserviceOptions, options: Partial<ServiceOptions>) {
  const log = new JobLog();
  const logger = warnings();
  const module = await Test.createTestingModule({
    imports: [ServiceModule.forRoot({ name: 'a', ...options })],
    ...limitedJobs(log),
  }).compile();
  const app = module.createNestMicroservice<MicroserviceOptions>({ ...server, logger });
  open.push(() => app.close());
  await app.listen();
  return { app, log, lines: logger.lines };
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    (value) => Promise.reject(new Error(`It succeeded with ${JSON.stringify(value)}.`)),
    (error: unknown) => error,
  );

describe('a message over TCP', () => {
  const EXCEEDED = {
    status: 'error',
    statusCode: 504,
    message: 'Gateway Timeout',
    code: 'DEADLINE_EXCEEDED',
  };

  const start = async (options: Partial<ServiceOptions> = {}) => {
    const booted = await boot({ transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } }, options);
    const { port } = booted.app.unwrap<Server>().address() as AddressInfo;
    const clientOf = (timeout?: string) => {
      const client = ClientProxyFactory.create({
        transport: Transport.TCP,
        options: { host: '127.0.0.1', port },
      }) as ClientTCP;
      if (timeout !== undefined) {
        client.setOnDispatchHook((packet) => (packet.metadata = { [TIMEOUT_HEADER]: timeout }));
      }
      open.push(() => client.close());
      return client;
    };
    return { ...booted, clientOf };
  };

  it("tells its handler when the sender's time is up, and is answered then", async () => {
    const { clientOf, log, lines } = await start();
    expect(await failureOf(firstValueFrom(clientOf('50').send('wait', {})))).toEqual(EXCEEDED);
    expect(log.givenUp).toEqual(['DEADLINE_EXCEEDED']);
    expect(lines).toEqual([]);
  });

  it("is not begun when the sender's time was up on the way", async () => {
    const { clientOf, log } = await start();
    expect(await failureOf(firstValueFrom(clientOf('0').send('wait', {})))).toEqual(EXCEEDED);
    expect(log.begun).toEqual([]);
  });

  it("has what is left of the sender's time, else that of the options, else no limit", async () => {
    const { clientOf } = await start({ deadlines: { default: '9s', longest: '7s' } });
    const leftOf = async (timeout?: string) =>
      (await firstValueFrom(clientOf(timeout).send<{ left: number }>('left', {}))).left;
    const within = async (timeout: string | undefined, most: number) => {
      const left = await leftOf(timeout);
      expect(left).toBeGreaterThan(most - 2_000);
      expect(left).toBeLessThanOrEqual(most);
    };
    await within('5000', 5_000);
    await within('60000', 7_000);
    await within(undefined, 9_000);
  });

  it('is believed from inside only, where the service has an edge', async () => {
    const stranger = await start({ edge: true });
    const { left } = await firstValueFrom(stranger.clientOf('5000').send<{ left: unknown }>('left', {}));
    expect(left).toBeNull();
    const insider = await start({ edge: { networks: ['127.0.0.0/8'] } });
    const told = await firstValueFrom(insider.clientOf('5000').send<{ left: number }>('left', {}));
    expect(told.left).toBeLessThanOrEqual(5_000);
  });

  it('is given up, each of many, when the connection of its sender is gone', async () => {
    const { clientOf, log } = await start();
    const client = clientOf();
    const calls = Array.from({ length: 20 }, () => failureOf(firstValueFrom(client.send('wait', {}))));
    await eventually('all have begun', () => log.begun.length === 20);
    client.unwrap<{ destroy(): void }>().destroy();
    await Promise.all(calls);
    await eventually('all were told', () => log.givenUp.length === 20);
    expect(new Set(log.givenUp)).toEqual(new Set(['CALLER_GONE']));
  });

  it('with several answers is limited until the first', async () => {
    const { clientOf, log } = await start();
    const client = clientOf('50');
    const answers = lastValueFrom(client.send<string>('ticks', {}).pipe(toArray()));
    await eventually('it listens', () => log.ticks.observed);
    log.ticks.next('first');
    // Sent later and ended by its time: so that of the stream is over as well.
    expect(await failureOf(firstValueFrom(client.send('wait', {})))).toEqual(EXCEEDED);
    log.ticks.next('second');
    log.ticks.complete();
    expect(await answers).toEqual(['first', 'second']);
    expect(await failureOf(firstValueFrom(client.send('wait', {})))).toEqual(EXCEEDED);
  });
});

describe('a call over gRPC', () => {
  const start = async (options: Partial<ServiceOptions> = {}) => {
    const url = `127.0.0.1:${await freePort()}`;
    const booted = await boot(
      {
        transport: Transport.GRPC,
        options: { url, package: 'work', protoPath: join(import.meta.dirname, 'work.proto') },
      },
      options,
    );
    const client = new Client(url, credentials.createInsecure());
    open.push(() => client.close());
    const begin = (name: string, deadlineMs?: number) => {
      const job = Buffer.from([0x0a, name.length, ...Buffer.from(name)]);
      const raw = (bytes: Buffer) => bytes;
      let cancel = () => {};
      const ended = new Promise<{ code: number; text: string }>((resolve) => {
        const limits = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
        const call = client.makeUnaryRequest(
          '/work.Work/Do',
          raw,
          raw,
          job,
          new Metadata(),
          limits,
          (error, answer) => resolve({ code: error?.code ?? 0, text: answer?.subarray(2).toString() ?? '' }),
        );
        cancel = () => call.cancel();
      });
      return { ended, cancel };
    };
    return { ...booted, begin };
  };

  it("tells its handler when the caller's time is up", async () => {
    const { begin, log, lines } = await start();
    expect(await begin('wait', 100).ended).toMatchObject({ code: 4 });
    await eventually('the handler was told', () => log.givenUp.length > 0);
    expect(log.givenUp).toEqual(['DEADLINE_EXCEEDED']);
    expect(lines).toEqual([]);
  });

  it('is answered by the limit of the options when its caller brings none', async () => {
    const { begin, log } = await start({ deadlines: { default: 50 } });
    expect(await begin('wait').ended).toMatchObject({ code: 4 });
    expect(log.givenUp).toEqual(['DEADLINE_EXCEEDED']);
  });

  it("has what is left of the caller's time, up to the longest, else no limit", async () => {
    const { begin } = await start({ deadlines: { longest: '7s' } });
    const left = async (ms?: number) => Number((await begin('left', ms).ended).text);
    expect(await left(5_000)).toBeLessThanOrEqual(5_000);
    expect(await left(60_000)).toBeLessThanOrEqual(7_000);
    expect(await left()).toBe(Infinity);
  });

  it('tells its handler when the caller cancels', async () => {
    const { begin, log, lines } = await start();
    const call = begin('wait');
    await log.entered.passed;
    call.cancel();
    expect(await call.ended).toMatchObject({ code: 1 });
    await eventually('the handler was told', () => log.givenUp.length > 0);
    expect(log.givenUp).toEqual(['CALLER_GONE']);
    expect(lines).toEqual([]);
  });
});
