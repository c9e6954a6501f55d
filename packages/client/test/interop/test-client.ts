import { join } from 'node:path';
import { type Metadata } from '@grpc/grpc-js';

export const PROTO = join(import.meta.dirname, 'interop.proto');

export interface Payload {
  readonly body: Buffer;
}

export interface CallOptions {
  readonly metadata?: Readonly<Record<string, string | Buffer>>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly onHeader?: (metadata: Metadata) => void;
  readonly onTrailer?: (metadata: Metadata) => void;
}

/** How a call ended that did not end well. */
export interface Failure {
  readonly code: number;
  readonly details: string;
}

/** A client of the test service, whichever library it is made of. */
export interface TestClient {
  unary(method: string, request: object, options?: CallOptions): Promise<unknown>;
  serverStream(method: string, request: object, options?: CallOptions): AsyncIterable<unknown>;
  clientStream(method: string, requests: AsyncIterable<object>, options?: CallOptions): Promise<unknown>;
  duplex(method: string, requests: AsyncIterable<object>, options?: CallOptions): AsyncIterable<unknown>;
  /** Calls the one method of the service that the server does not have. */
  otherService(): Promise<unknown>;
  /** What an error of these calls says. */
  failure(error: unknown): Failure;
}

/** A server of the test service, whichever library it is made of. */
export interface TestServer {
  readonly port: number;
  /** The calls to these methods that the server was told are cancelled. */
  readonly cancelled: readonly string[];
  /** The calls that have reached a handler. */
  readonly begun: readonly string[];
}
