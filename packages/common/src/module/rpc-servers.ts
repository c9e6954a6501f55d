import { type RpcServer } from './rpc-server.js';

/** The microservice servers of one app, of which there may be any number, each with its own moment to listen. */
export class RpcServers {
  readonly #all = new Set<RpcServer>();
  readonly #listening = new Set<RpcServer>();
  readonly #onAdded = new Set<(server: RpcServer) => void>();
  readonly #onListening = new Set<(server: RpcServer) => void>();

  /** How many there are, whether or not they listen. */
  get count(): number {
    return this.#all.size;
  }

  /** Takes in a server that is about to be used. Nest tells nobody when it listens, so its callback is watched. */
  add(server: RpcServer): void {
    if (this.#all.has(server)) return;
    this.#all.add(server);
    const listen = server.listen.bind(server);
    server.listen = (callback) =>
      listen((error, ...rest) => {
        if (!error) this.#opened(server);
        return callback(error, ...rest);
      });
    for (const listener of this.#onAdded) listener(server);
  }

  /** Calls `listener` for each server there is, and for each that comes. */
  onAdded(listener: (server: RpcServer) => void): void {
    this.#onAdded.add(listener);
    for (const server of this.#all) listener(server);
  }

  /** Calls `listener` for each server that listens, and when another one begins to. */
  onListening(listener: (server: RpcServer) => void): void {
    this.#onListening.add(listener);
    for (const server of this.#listening) listener(server);
  }

  #opened(server: RpcServer): void {
    if (this.#listening.has(server)) return;
    this.#listening.add(server);
    for (const listener of this.#onListening) listener(server);
  }
}
