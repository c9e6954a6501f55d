import { type Observer } from 'rxjs';
import { type Packet } from './packet.js';

/** What takes the messages of a client to whoever answers: a connection to an instance, or to a broker. */
export interface Wire {
  /** How many messages have come over it so far: what tells a connection that is silent from one that is alive. */
  readonly heard: number;
  /** Runs the work of one call, during which the wire stays open. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when it can send. Rejects with a `WireFailure`. */
  connect(): Promise<unknown>;
  /**
   * Sends a request, and gives what is answered to the reader; a `WireFailure` when the connection is lost, a `RemoteFailure`
   * when an error is answered. Returns what ends it: the reader is told nothing any more. Only while connected.
   */
  request(packet: Packet, reader: Observer<unknown>): () => void;
  /** Sends an event. Resolves when it is out of our hands. Only while connected. */
  emit(packet: Packet): Promise<void>;
  /** Nothing is heard over it: the next call connects anew, where it is this side that connects. */
  giveUp(): void;
}
