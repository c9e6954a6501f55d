import { ClientClosedError } from '../errors/client-closed.error.js';
import { type ConnectionPool } from './engine/connection-pool.js';
import { type Exchange } from './engine/exchange.js';
import { type Origin } from './engine/origin.js';
import { StreamedExchange } from './engine/streamed-exchange.js';
import { WholeExchange } from './engine/whole-exchange.js';
import { type HttpTransport, type WireRequest, type WireResponse, type WireStream } from './transport.js';

/** How an exchange of a kind begins. */
type Begin<T> = new (
  request: WireRequest,
  origin: Origin,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
) => Exchange;

/** The transport straight over undici. The other transports send with it too. */
export class UndiciTransport implements HttpTransport {
  constructor(private readonly pool: ConnectionPool) {}

  send(request: WireRequest): Promise<WireResponse> {
    return this.#begin(WholeExchange, request);
  }

  stream(request: WireRequest): Promise<WireStream> {
    return this.#begin(StreamedExchange, request);
  }

  #begin<T>(Kind: Begin<T>, request: WireRequest): Promise<T> {
    const { baseUrl, lookup } = request;
    return new Promise((resolve, reject) => {
      if (this.pool.closed) reject(new ClientClosedError());
      else new Kind(request, this.pool.origin(baseUrl, lookup), resolve, reject).start();
    });
  }
}
