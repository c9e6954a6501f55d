import { type Message } from './message.js';

/** An event handed to one consumer, for the length of one attempt. */
export interface Delivery {
  readonly message: Message;
  /** 1 for the first try. Counted before the attempt begins, so that an attempt that kills its process counts. */
  readonly attempt: number;
  /** Aborts when the event is no longer this process's to handle: its lease was lost, or the drain ran out of time. */
  readonly signal: AbortSignal;
}

/** Why an attempt failed, as it is stored. */
export interface Failure {
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly traceparent?: string;
}

/** What becomes of the event after an attempt. */
export type Outcome =
  /** Handled: it is not delivered to this consumer again. */
  | { readonly kind: 'done' }
  /** Failed: it comes again after `delayMs`, and holds no slot until then. */
  | { readonly kind: 'retry'; readonly delayMs: number; readonly failure: Failure }
  /** Failed for good: it waits among the dead letters. */
  | { readonly kind: 'dead'; readonly failure: Failure }
  /** Not begun: it goes back as if it had not been handed out, and the attempt does not count. */
  | { readonly kind: 'release' };

/** Makes one attempt and says what becomes of the event. It never rejects. */
export type Receive = (delivery: Delivery) => Promise<Outcome>;
