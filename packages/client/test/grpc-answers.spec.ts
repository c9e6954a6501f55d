import { gzipSync } from 'node:zlib';
import { compressionAlgorithms, Metadata, status } from '@grpc/grpc-js';
import { type GrpcServiceConfig, type GrpcStatusError } from '@rookery/client/grpc';
import { PolicyRegistry } from '@rookery/resilience';
import { failureOf } from './grpc-support.js';
import {
  type Count,
  bootNumbers,
  closeStreams,
  type Handlers,
  serveNumbers,
  valuesOf,
} from './streams-support.js';

afterEach(closeStreams);

const MIB = 1024 * 1024;

describe('the size of a message', () => {
  const filled = (size: number): Handlers['Square'] => {
    const filler = Buffer.alloc(size);
    return (_call, done) => done(null, { value: 1, filler });
  };

  it('is 4 MiB at most when it is received, unless the options say otherwise', async () => {
    let calls = 0;
    const { port } = await serveNumbers({
      Square: (call, done) => ((calls += 1), filled(5 * MIB)(call, done)),
    });
    const { client, app } = await bootNumbers([port]);
    const error = await failureOf(client.call('Square', {}, { idempotent: true }));
    expect(error).toMatchObject({ code: 'ANSWER_TOO_LARGE', limit: 4 * MIB });
    expect(calls).toBe(1);
    expect(app.get(PolicyRegistry).state('numbers')).toBe('closed');
    const { client: generous } = await bootNumbers([port], { maxReceiveMessageLength: 6 * MIB });
    expect(await generous.call<object, Count>('Square', {})).toMatchObject({ value: 1 });
  });

  it('is that of the decompressed message', async () => {
    const bomb = Buffer.alloc(64 * MIB);
    expect(gzipSync(bomb).length).toBeLessThan(100_000);
    const { port } = await serveNumbers({ Square: filled(64 * MIB) }, undefined, {
      'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
      'grpc.max_send_message_length': -1,
    });
    const { client } = await bootNumbers([port]);
    expect(await failureOf(client.call('Square', {}))).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
  });

  it('ends a stream with the message that has it', async () => {
    const { port } = await serveNumbers({
      Count(call) {
        call.write({ value: 1 });
        call.write({ value: 2, filler: Buffer.alloc(5 * MIB) });
        call.end();
      },
    });
    const { client } = await bootNumbers([port]);
    const error = await failureOf(valuesOf(client.serverStream('Count', {})));
    expect(error).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
  });

  it('is refused before anything is sent when it is more than may be sent', async () => {
    const { port } = await serveNumbers();
    const { client } = await bootNumbers([port], { maxSendMessageLength: 100 });
    const tooLarge = { value: 1, filler: Buffer.alloc(200) };
    const refused = { code: 'REQUEST_TOO_LARGE', limit: 100, status: 413 };
    expect(await failureOf(client.call('Square', tooLarge))).toMatchObject(refused);
    expect(await failureOf(client.clientStream('Sum', [{ value: 1 }, tooLarge]))).toMatchObject(refused);
    expect(await client.call('Square', { value: 2 })).toMatchObject({ value: 4 });
  });
});

describe('the details of a status', () => {
  /** A field with bytes in the wire format of protobuf. */
  const field = (number: number, bytes: Buffer | string) => {
    const content = Buffer.from(bytes as string);
    return Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
  };
  const any = (type: string, bytes: Buffer) =>
    field(3, Buffer.concat([field(1, `type.googleapis.com/${type}`), field(2, bytes)]));
  const badRequest = field(1, Buffer.concat([field(1, 'value'), field(2, 'is odd')]));
  const twoSeconds = field(1, Buffer.from([8, 2]));

  const failing = (packed: Buffer) =>
    serveNumbers({
      Square(_call, done) {
        const metadata = new Metadata();
        metadata.set('grpc-status-details-bin', packed);
        done({ code: status.INVALID_ARGUMENT, details: 'no', metadata });
      },
    });

  it('are decoded where their type is known', async () => {
    const { port } = await failing(
      Buffer.concat([
        Buffer.from([8, 3]),
        any('google.rpc.BadRequest', badRequest),
        any('google.rpc.RetryInfo', twoSeconds),
        any('streams.Number', Buffer.from([8, 7])),
        any('nobody.Knows', Buffer.from([1])),
      ]),
    );
    const { client } = await bootNumbers([port]);
    const error = (await failureOf(client.call('Square', {}))) as GrpcStatusError;
    expect(error.statusDetails).toEqual([
      {
        type: 'google.rpc.BadRequest',
        value: { fieldViolations: [{ field: 'value', description: 'is odd' }] },
      },
      { type: 'google.rpc.RetryInfo', value: { retryDelay: { seconds: '2', nanos: 0 } } },
      { type: 'streams.Number', value: expect.objectContaining({ value: 7 }) },
      { type: 'nobody.Knows', value: Buffer.from([1]) },
    ]);
    expect(error.retryAfterMs).toBe(2_000);
  });

  it('are none when they cannot be read, and the status counts all the same', async () => {
    const { port } = await failing(Buffer.from([0xff, 0xff]));
    const { client } = await bootNumbers([port]);
    expect(await failureOf(client.call('Square', {}))).toMatchObject({
      grpcStatus: 'INVALID_ARGUMENT',
      statusDetails: [],
    });
  });
});

describe('a service config', () => {
  const config = (codes: string[], more: object = {}): GrpcServiceConfig => ({
    methodConfig: [
      {
        name: [{ service: 'streams.Numbers', method: 'Square' }],
        retryPolicy: {
          maxAttempts: 4,
          initialBackoff: '0.001s',
          maxBackoff: '0.002s',
          backoffMultiplier: 1,
          retryableStatusCodes: codes as never,
        },
        ...more,
      },
    ],
  });
  const failingWith = async (code: number) => {
    const served = { calls: 0 };
    const { port } = await serveNumbers({
      Square: (_call, done) => ((served.calls += 1), done({ code })),
    });
    return { served, port };
  };

  it('says after which statuses a call is made again, whatever the contract says', async () => {
    const { served, port } = await failingWith(status.ABORTED);
    const { client, app } = await bootNumbers([port], { serviceConfig: config(['ABORTED']) });
    expect(await failureOf(client.call('Square', {}))).toMatchObject({ code: 'REQUEST_FAILED', retries: 3 });
    expect(served.calls).toBe(4);
    for (let call = 0; call < 10; call += 1) await failureOf(client.call('Square', {}));
    // The instance works: it is the calls that are in each other's way.
    expect(
      app
        .get(PolicyRegistry)
        .list()
        .map(({ state }) => state),
    ).not.toContain('open');
  });

  it('says after which not, although the contract allows it', async () => {
    const { served, port } = await failingWith(status.UNAVAILABLE);
    const { client } = await bootNumbers([port], { serviceConfig: config(['ABORTED']) });
    await failureOf(client.call('Square', {}, { idempotent: true }));
    expect(served.calls).toBe(1);
  });

  it('limits the time of its methods, of which the shorter counts', async () => {
    const { port } = await serveNumbers({ Square() {}, Count() {} });
    const { client } = await bootNumbers([port], {
      serviceConfig: { methodConfig: [{ name: [{}], timeout: '0.05s' }] },
    });
    const late = { code: 'TIMEOUT', timeoutMs: 50 };
    expect(await failureOf(client.call('Square', {}))).toMatchObject(late);
    expect(await failureOf(client.call('Square', {}, { timeout: '20ms' }))).toMatchObject({ timeoutMs: 20 });
    expect(await failureOf(valuesOf(client.serverStream('Count', {})))).toMatchObject({ code: 'TIMEOUT' });
  });

  it.each<[string, object, string]>([
    [
      'a service without its package',
      { methodConfig: [{ name: [{ service: 'Numbers' }] }] },
      '[0].serviceConfig.methodConfig[0].name[0].service: There is no "Numbers". Use streams.Numbers',
    ],
    [
      'hedging',
      config([], { retryPolicy: undefined, hedgingPolicy: { maxAttempts: 2 } }),
      'Hedge by the "hedge" of a policy',
    ],
    [
      'a timeout that the client would cut',
      config(['ABORTED'], { timeout: '60s' }),
      "[0].serviceConfig.methodConfig[0].timeout: Longer than the client's own timeout, 30000 ms",
    ],
    [
      'throttling of nothing',
      { retryThrottling: { maxTokens: 10, tokenRatio: 1 } },
      '[0].serviceConfig.retryThrottling: No entry of methodConfig has a retryPolicy',
    ],
    ['waiting', config(['ABORTED'], { waitForReady: true }), 'methodConfig[0].waitForReady: A call waits'],
    [
      'six attempts',
      config(['ABORTED'], { retryPolicy: { maxAttempts: 6 } }),
      'maxAttempts: Invalid value 6.',
    ],
  ])('refuses at boot %s', async (_what, serviceConfig, message) => {
    const boot = async () => bootNumbers([], { serviceConfig: serviceConfig as GrpcServiceConfig });
    await expect(boot()).rejects.toThrow(message);
  });

  it('does not go with a policy', async () => {
    const boot = async () => bootNumbers([], { policy: 'numbers', serviceConfig: {} });
    await expect(boot()).rejects.toThrow('[0]: policy cannot be combined with serviceConfig.');
  });
});
