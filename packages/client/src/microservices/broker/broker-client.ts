import { type Observable, type Observer } from 'rxjs';
import { type AnswerPacket, type Packet } from '../wire/packet.js';

/** What is used of Nest's clients for brokers. Two of the methods are protected, which is for their users and not for us. */
export interface BrokerClient {
  readonly status: Observable<string>;
  connect(): Promise<unknown>;
  publish(packet: Packet, callback: (answer: AnswerPacket) => void): () => void;
  dispatchEvent(packet: Packet): Promise<unknown>;
  close(): unknown;
}

export type Reader = Observer<unknown>;
