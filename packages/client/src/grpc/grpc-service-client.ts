import { GUARDED_BY, type GuardedClient, type Pipeline } from '@rookery/resilience';
import { type Duration, toMilliseconds } from '@rookery/common';
import { checkCallBalancing } from '../endpoint/call-balancing.js';
import { executeCall } from '../execute/execute-call.js';
import { noMetadata, toMetadata } from './channel/metadata.js';
import { type CallKind, encodeRequest, noSuchMethod } from './contract/method.js';
import { type PreparedMethod, prepareMethod } from './contract/prepared-method.js';
import { checkGrpcCallOptions, type GrpcCallOptions } from './grpc-call.options.js';
import { type GrpcClientParts } from './grpc-client-parts.js';
import { type GrpcTry } from './grpc-try.js';
import { mayRetryMethod } from './may-retry-method.js';
import { sendGrpcTry } from './send-grpc-try.js';
import { type GrpcStream } from './stream/grpc-stream.js';
import { openStream } from './stream/open-stream.js';
import { type Requests, sendAll, sendOne } from './stream/send-requests.js';

const NO_OPTIONS: GrpcCallOptions = {};
const NO_METADATA = noMetadata();

/**
 * Calls another service over gRPC: each call is sent to an instance that discovery knows and the balancer chooses,
 * guarded by the client's policies, tried again on another instance when that is safe, and traced.
 *
 * Every call rejects with a `GrpcStatusError` when the answer is not OK, with a `ConnectionError` when there was none, with
 * a `RequestFailedError` when retries did not help, with a `CircuitOpenError` when the circuit is open, and with a
 * `TypeError` when the contract has no such method or no message can be made of a request. Fields that the contract does not
 * have are left out, and values are converted, as proto-loader does it.
 */
export class GrpcServiceClient implements GuardedClient {
  readonly #methods = new Map<string, PreparedMethod>();

  constructor(private readonly parts: GrpcClientParts) {
    const { service, contract, pipeline, planOf = () => ({ pipeline }) } = parts;
    for (const entry of contract.methods)
      this.#methods.set(entry[0], prepareMethod(service, contract, entry, planOf(entry[0])));
  }

  /** Shown to the audit at boot. @internal */
  get [GUARDED_BY](): Pipeline {
    return this.parts.pipeline;
  }

  /** Calls a method that takes one message and answers with one, by its name in the contract: `call('FindUser', { id })`. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- lets callers state what they send
  async call<Req extends object, Res>(
    method: string,
    request: Req,
    options: GrpcCallOptions = NO_OPTIONS,
  ): Promise<Res> {
    const { parts } = this;
    const ready = this.#prepare('call', method, options);
    const { method: prepared } = ready;
    const unary = { ...ready, body: this.#encode(prepared, request) };
    const { message, headers, trailers } = await executeCall(
      { endpoints: parts.endpoints, pipeline: prepared.pipeline },
      {
        label: prepared.label,
        idempotent: options.idempotent ?? prepared.idempotent,
        signal: options.signal,
        timeout: shorter(options.timeout ?? parts.defaultTimeout, prepared.timeoutMs),
        balancing: options.balancing,
        mayRetry: mayRetryMethod(prepared),
        send: (endpoint, attempt) => sendGrpcTry(parts, unary, endpoint, attempt),
      },
    );
    if (headers) ready.onHeader?.(headers);
    if (trailers) ready.onTrailer?.(trailers);
    return message as Res;
  }

  /**
   * Calls a method that takes one message and answers with a stream:
   * `for await (const user of client.serverStream('WatchUsers', { id })) …`
   *
   * It is tried again until the answer has begun, and timed by the policy until then; later only the call's own `timeout`
   * and the deadline of the caller end it.
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- lets callers state what they send
  serverStream<Req extends object, Res>(
    method: string,
    request: Req,
    options: GrpcCallOptions = NO_OPTIONS,
  ): GrpcStream<Res> {
    const ready = this.#prepare('serverStream', method, options);
    const send = sendOne(this.#encode(ready.method, request));
    return openStream(this.parts, { ...ready, options, sendWith: () => send }) as GrpcStream<Res>;
  }

  /**
   * Calls a method that takes a stream and answers with one message. The requests are taken from their source as fast as
   * the other side reads them. They are taken once, so the call is tried again only while none has been taken.
   */
  async clientStream<Req extends object, Res>(
    method: string,
    requests: Requests<Req>,
    options: GrpcCallOptions = NO_OPTIONS,
  ): Promise<Res> {
    let answer: unknown;
    for await (const message of this.#streamOf('clientStream', method, requests, options)) answer = message;
    return answer as Res;
  }

  /**
   * Calls a method that takes a stream and answers with one, both at the same time:
   * `for await (const answer of client.duplex('Chat', questions())) …`
   */
  duplex<Req extends object, Res>(
    method: string,
    requests: Requests<Req>,
    options: GrpcCallOptions = NO_OPTIONS,
  ): GrpcStream<Res> {
    return this.#streamOf('duplex', method, requests, options) as GrpcStream<Res>;
  }

  /** Closes the connections. Calls that are running end by themselves; new ones reject with a `ClientClosedError`. */
  close(): void {
    this.parts.channels.close();
  }

  /** Nest calls it when the app stops, after its servers have closed. */
  onApplicationShutdown(): void {
    this.close();
  }

  #streamOf<Req extends object>(
    kind: CallKind,
    method: string,
    requests: Requests<Req>,
    options: GrpcCallOptions,
  ): GrpcStream<unknown> {
    const ready = this.#prepare(kind, method, options);
    const encode = (request: Req) => this.#encode(ready.method, request);
    const sendWith = (begin: () => void) => sendAll(requests, encode, begin);
    return openStream(this.parts, { ...ready, options, sendWith });
  }

  #encode({ label, definition }: PreparedMethod, request: object): Buffer {
    return encodeRequest(label, definition, request, this.parts.maxSendMessageLength);
  }

  /** What the caller has got wrong comes to light before anything is sent, and is nobody else's mistake. */
  #prepare(kind: CallKind, method: string, options: GrpcCallOptions): GrpcTry {
    checkGrpcCallOptions(options);
    const prepared = this.#methods.get(method);
    if (prepared?.kind !== kind) throw noSuchMethod(this.parts.contract, method, kind);
    checkCallBalancing(options.balancing);
    const { metadata, onHeader, onTrailer } = options;
    return {
      method: prepared,
      metadata: metadata ? toMetadata(metadata) : NO_METADATA,
      onHeader,
      onTrailer,
    };
  }
}

function shorter(timeout: Duration | undefined, atMostMs: number | undefined): Duration | undefined {
  if (timeout === undefined || atMostMs === undefined) return timeout ?? atMostMs;
  return Math.min(toMilliseconds(timeout), atMostMs);
}
