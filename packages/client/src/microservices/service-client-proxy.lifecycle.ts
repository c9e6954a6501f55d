import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { GUARDED_BY, type GuardedClient, type Pipeline } from '@rookery/resilience';
import { connectable, defer, type Observable, ReplaySubject } from 'rxjs';
import { checkCallBalancing } from '../endpoint/call-balancing.js';
import { emit, request } from './call.js';
import { checkRpcCallOptions, type RpcCallOptions } from './rpc-call.options.js';
import { type RpcClientParts, type RpcMessage } from './rpc-client-parts.js';

/** What a client of Nest's for a broker has, and a client that connects to instances has not. */
export interface NestClient {
  readonly status: Observable<string>;
  connect(): Promise<unknown>;
  on(event: never, callback: never): void;
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Nest's signature
  unwrap<T>(): T;
}

/**
 * Nest's `ClientProxy` for a service: over TCP each message goes to an instance that discovery knows and the balancer
 * chooses, over Redis, NATS and RabbitMQ to the broker. Either way the calls are guarded by the client's policies, tried
 * again when that is safe, carry the caller's deadline and trace, and end when their connection does.
 *
 * An error that the other side has answered reaches the subscriber as it was sent. A call without an answer fails with a
 * `TimeoutError` or a `ConnectionError`, after retries with a `RequestFailedError`, and with a `CircuitOpenError` when the
 * circuit is open.
 */
export class ServiceClientProxy extends ClientProxy implements GuardedClient {
  readonly #idempotent: ReadonlySet<string> | undefined;

  /** @param nest The client that it stands before, where there is one. */
  constructor(
    private readonly made: { readonly parts: RpcClientParts; readonly nest?: NestClient },
    private readonly options: RpcCallOptions = {},
  ) {
    super();
    const { idempotent } = made.parts;
    if (idempotent !== true) this.#idempotent = new Set(idempotent.map((pattern) => this.#routeOf(pattern)));
  }

  /** Shown to the audit at boot. @internal */
  get [GUARDED_BY](): Pipeline {
    return this.made.parts.pipeline;
  }

  /** The same client, whose calls have these options: `users.with({ idempotent: true, timeout: '1s' }).send('find', id)`. */
  with(options: RpcCallOptions): ServiceClientProxy {
    checkRpcCallOptions(options);
    checkCallBalancing(options.balancing);
    const client = new ServiceClientProxy(this.made, { ...this.options, ...options });
    client.setOnDispatchHook((packet) => this.onDispatchHook?.(packet));
    return client;
  }

  /** What is answered to a request. Nothing is sent before somebody subscribes, and each subscription sends it. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Nest's signature
  override send<TResult = unknown, TInput = unknown>(pattern: unknown, data: TInput): Observable<TResult> {
    if (isMissing(pattern) || isMissing(data)) return super.send<TResult, TInput>(pattern, data);
    return defer(() =>
      request(this.made.parts, this.#message(pattern, data), this.options),
    ) as Observable<TResult>;
  }

  /** Sends an event now, once, whether or not somebody subscribes to learn how that went. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Nest's signature
  override emit<TResult = unknown, TInput = unknown>(pattern: unknown, data: TInput): Observable<TResult> {
    if (isMissing(pattern) || isMissing(data)) return super.emit<TResult, TInput>(pattern, data);
    const sent = defer(() => emit(this.made.parts, this.#message(pattern, data), this.options));
    const event = connectable(sent, { connector: () => new ReplaySubject(), resetOnDisconnect: false });
    event.connect();
    return event as Observable<unknown> as Observable<TResult>;
  }

  /** Connects to the broker now instead of with the first call. Over TCP, connections are made when an instance is chosen. */
  async connect(): Promise<void> {
    await this.made.nest?.connect();
  }

  /** Ends the connections. Calls that are running end by themselves; new ones fail with a `ClientClosedError`. */
  async close(): Promise<void> {
    await this.made.parts.close();
  }

  override get status(): Observable<string> {
    return this.made.nest?.status ?? super.status;
  }

  override on(event: never, callback: never): void {
    this.#nest('on').on(event, callback);
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Nest's signature
  unwrap<T>(): T {
    return this.#nest('unwrap').unwrap<T>();
  }

  protected publish({ pattern, data }: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    const reading = this.send(pattern, data).subscribe({
      next: (response) => callback({ response }),
      error: (err: unknown) => callback({ err }),
      complete: () => callback({ isDisposed: true }),
    });
    return () => reading.unsubscribe();
  }

  protected dispatchEvent<T>({ pattern, data }: ReadPacket): Promise<T> {
    return emit(this.made.parts, this.#message(pattern, data), this.options) as Promise<T>;
  }

  #message(pattern: unknown, data: unknown): RpcMessage {
    const { metadata = {} } = this.createPacket(pattern, data);
    const route = this.#routeOf(pattern);
    const { idempotent = this.#idempotent?.has(route) ?? true } = this.options;
    return { pattern, data, metadata, route, label: `${this.made.parts.service}/${route}`, idempotent };
  }

  #routeOf(pattern: unknown): string {
    return this.normalizePattern(pattern as string);
  }

  #nest(what: string): NestClient {
    if (this.made.nest) return this.made.nest;
    throw new Error(
      `${what}() of a client over TCP: it has a connection for each instance, and none that stands for all of them. Listen to LoadBalancer.onEvent instead.`,
    );
  }
}

/** Nest refuses such messages; it says so itself. */
function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}
