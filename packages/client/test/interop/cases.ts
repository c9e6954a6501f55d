import { type Metadata, status } from '@grpc/grpc-js';
import { until } from '../grpc-support.js';
import {
  type CallOptions,
  type Failure,
  type Payload,
  type TestClient,
  type TestServer,
} from './test-client.js';

type Case = (client: TestClient, server: TestServer) => Promise<void>;

const zeros = (size: number) => ({ body: Buffer.alloc(size) });
const LARGE = { responseSize: 314_159, payload: zeros(271_828) };
const ECHO = {
  'x-grpc-test-echo-initial': 'test_initial_metadata_value',
  'x-grpc-test-echo-trailing-bin': Buffer.from([0xab, 0xab, 0xab]),
};
const SIZES = [31_415, 9, 2_653, 58_979] as const;
const SENT = [27_182, 8, 1_828, 45_904] as const;

const sizeOf = (answer: unknown) => (answer as { payload: Payload }).payload.body.length;

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function sizes(answers: AsyncIterable<unknown>): Promise<number[]> {
  const found: number[] = [];
  for await (const answer of answers) found.push(sizeOf(answer));
  return found;
}

async function failureOf(client: TestClient, work: Promise<unknown>): Promise<Failure> {
  return work.then(
    () => ({ code: 0, details: 'it succeeded' }),
    (error: unknown) => client.failure(error),
  );
}

async function largeUnary(client: TestClient, options?: CallOptions): Promise<void> {
  const answer = (await client.unary('UnaryCall', LARGE, options)) as { payload: Payload };
  expect(answer.payload.body.equals(Buffer.alloc(314_159))).toBe(true);
}

/** Notes the metadata of a call, and afterwards whether they echo what was sent. */
function echo() {
  const seen: { header?: Metadata; trailer?: Metadata } = {};
  return {
    options: {
      metadata: ECHO,
      onHeader: (metadata: Metadata) => (seen.header = metadata),
      onTrailer: (metadata: Metadata) => (seen.trailer = metadata),
    },
    verify: () => {
      expect(seen.header?.get('x-grpc-test-echo-initial')).toEqual(['test_initial_metadata_value']);
      expect(seen.trailer?.get('x-grpc-test-echo-trailing-bin')).toEqual([Buffer.from([0xab, 0xab, 0xab])]);
    },
  };
}

async function echoesStatus(client: TestClient, message: string, both: boolean): Promise<void> {
  const request = { responseStatus: { code: status.UNKNOWN, message } };
  const expected = { code: status.UNKNOWN, details: message };
  expect(await failureOf(client, client.unary('UnaryCall', request))).toEqual(expected);
  if (!both) return;
  expect(await failureOf(client, sizes(client.duplex('FullDuplexCall', from([request]))))).toEqual(expected);
}

/** Sends a request for each answer that has come. */
async function pingPong(client: TestClient): Promise<void> {
  let next = 0;
  let answered = () => {};
  async function* pings() {
    for (const [index, size] of SIZES.entries()) {
      const pong = new Promise<void>((resolve) => (answered = resolve));
      yield { responseParameters: [{ size }], payload: zeros(SENT[index] ?? 0) };
      await pong;
    }
  }
  for await (const answer of client.duplex('FullDuplexCall', pings())) {
    expect(sizeOf(answer)).toBe(SIZES[next]);
    next += 1;
    answered();
  }
  expect(next).toBe(4);
}

async function cancelAfterBegin(client: TestClient, server: TestServer): Promise<void> {
  const abort = new AbortController();
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  const call = failureOf(client, client.clientStream('StreamingInputCall', silent, { signal: abort.signal }));
  await until(() => server.begun.includes('StreamingInputCall'));
  abort.abort();
  expect(await call).toMatchObject({ code: status.CANCELLED });
  await until(() => server.cancelled.includes('StreamingInputCall'));
}

async function cancelAfterFirstResponse(client: TestClient, server: TestServer): Promise<void> {
  const abort = new AbortController();
  async function* requests() {
    yield { responseParameters: [{ size: 31_415 }], payload: zeros(27_182) };
    await new Promise(() => {});
  }
  const answers: number[] = [];
  const read = async () => {
    for await (const answer of client.duplex('FullDuplexCall', requests(), { signal: abort.signal })) {
      answers.push(sizeOf(answer));
      abort.abort();
    }
  };
  expect(await failureOf(client, read())).toMatchObject({ code: status.CANCELLED });
  expect(answers).toEqual([31_415]);
  await until(() => server.cancelled.includes('FullDuplexCall'));
}

/** The cases of doc/interop-test-descriptions.md that need neither compression on demand nor credentials of Google's. */
export const CASES: Readonly<Record<string, Case>> = {
  empty_unary: async (client) => expect(await client.unary('EmptyCall', {})).toEqual({}),
  large_unary: (client) => largeUnary(client),
  client_streaming: async (client) => {
    const requests = from(SENT.map((size) => ({ payload: zeros(size) })));
    expect(await client.clientStream('StreamingInputCall', requests)).toEqual({
      aggregatedPayloadSize: 74_922,
    });
  },
  server_streaming: async (client) => {
    const request = { responseParameters: SIZES.map((size) => ({ size })) };
    expect(await sizes(client.serverStream('StreamingOutputCall', request))).toEqual(SIZES);
  },
  ping_pong: pingPong,
  empty_stream: async (client) => expect(await sizes(client.duplex('FullDuplexCall', from([])))).toEqual([]),
  custom_metadata: async (client) => {
    const unary = echo();
    await largeUnary(client, unary.options);
    unary.verify();
    const duplex = echo();
    const request = { responseParameters: [{ size: 314_159 }], payload: zeros(271_828) };
    expect(await sizes(client.duplex('FullDuplexCall', from([request]), duplex.options))).toEqual([314_159]);
    duplex.verify();
  },
  status_code_and_message: (client) => echoesStatus(client, 'test status message', true),
  special_status_message: (client) =>
    echoesStatus(client, '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n', false),
  unimplemented_method: async (client) =>
    expect(await failureOf(client, client.unary('UnimplementedCall', {}))).toMatchObject({
      code: status.UNIMPLEMENTED,
    }),
  unimplemented_service: async (client) =>
    expect(await failureOf(client, client.otherService())).toMatchObject({ code: status.UNIMPLEMENTED }),
  cancel_after_begin: cancelAfterBegin,
  cancel_after_first_response: cancelAfterFirstResponse,
  timeout_on_sleeping_server: async (client) => {
    async function* requests() {
      yield { payload: zeros(27_182) };
      await new Promise(() => {});
    }
    const call = sizes(client.duplex('FullDuplexCall', requests(), { timeoutMs: 1 }));
    expect(await failureOf(client, call)).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  },
};
