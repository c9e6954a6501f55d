import {
  type Context,
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { ATTRIBUTES } from '../attributes.js';
import { knownMethod, requestAttributes } from './request-attributes.js';

const REQUEST = createContextKey('rookery server request');

/** One request to this process, as a span. */
export class ServerRequest {
  /** Where everything that the request causes runs. */
  readonly context: Context;
  readonly #span: Span;
  readonly #method: string;

  constructor(tracer: Tracer, request: IncomingMessage, clientAddress: string | undefined) {
    const method = knownMethod(request.method);
    this.#method = method === '_OTHER' ? 'HTTP' : method;
    // From the root: what the connection's context holds belongs to whoever opened the connection.
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const attributes = requestAttributes(request, clientAddress);
    this.#span = tracer.startSpan(this.#method, { kind: SpanKind.SERVER, attributes }, parent);
    this.context = trace.setSpan(parent, this.#span).setValue(REQUEST, this);
  }

  /** The request that is being served here, if any. */
  static current(): ServerRequest | undefined {
    return context.active().getValue(REQUEST) as ServerRequest | undefined;
  }

  /** Names the span by its route, which has few different values, such as `/users/:id`. */
  route(path: string): void {
    this.#span.updateName(`${this.#method} ${path}`);
    this.#span.setAttribute(ATTRIBUTES.httpRoute, path);
  }

  /** Ends the span by what became of the response. */
  finish(response: ServerResponse): void {
    if (response.headersSent) this.#answered(response.statusCode);
    // Not an error of the server: nobody reads a stream to its end, and some clients just go.
    if (!response.writableFinished) this.#span.setAttribute(ATTRIBUTES.httpAborted, true);
    this.#span.end();
  }

  #answered(status: number): void {
    this.#span.setAttribute(ATTRIBUTES.httpStatus, status);
    if (status < 500) return;
    this.#span.setAttribute(ATTRIBUTES.errorType, String(status));
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }
}
