import { type TLSSocket } from 'node:tls';
import { type Clock, repeat, type Repetition } from '@rookery/common';

/** A connection and the certificates that it was made with. */
interface Lived {
  /** When the first of the two certificates ends, in milliseconds since the epoch. */
  readonly endsAt: number;
  /** Closes it if nothing is under way on it; otherwise it is to be closed as soon as that is over. */
  readonly retire: () => void;
}

/** How often it is looked at who has come to an end, in milliseconds. */
const LOOK_MS = 10_000;

/** How long what is under way may go on after the end, in milliseconds: with the next look it is less than 60 s. */
const GRACE_MS = 45_000;

/**
 * Closes connections whose certificates have ended, because TLS itself looks at them only once, at the start. One that
 * is idle is closed within 10 s; one in use when its call has ended, or 60 s after the end at the latest.
 */
export class ConnectionLifetimes {
  readonly #connections = new Map<TLSSocket, Lived>();
  readonly #looking: Repetition;

  constructor(private readonly clock: Clock) {
    // Looking throws nothing: it only destroys sockets.
    this.#looking = repeat(
      clock,
      LOOK_MS,
      () => this.#look(),
      () => {},
    );
  }

  /** How many connections are open. */
  get size(): number {
    return this.#connections.size;
  }

  /** @param ownEnd When the own certificate ends, in milliseconds since the epoch. */
  add(socket: TLSSocket, ownEnd: number, retire: () => void): void {
    const peer = socket.getPeerX509Certificate();
    const endsAt = Math.min(ownEnd, peer ? Date.parse(peer.validTo) : Infinity);
    this.#connections.set(socket, { endsAt, retire });
    socket.once('close', () => this.#connections.delete(socket));
  }

  async close(): Promise<void> {
    await this.#looking.stop();
  }

  #look(): void {
    const now = this.clock.now();
    for (const [socket, { endsAt, retire }] of this.#connections) {
      if (now >= endsAt + GRACE_MS) socket.destroy();
      else if (now >= endsAt) retire();
    }
  }
}
