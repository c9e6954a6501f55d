/** Which side of what kind of exchange a call is; the words are OpenTelemetry's. */
export type CallKind = 'client' | 'server' | 'producer' | 'consumer' | 'internal';

export type AttributeValue = string | number | boolean;

/** A call that is about to happen. */
export interface ObservedCall {
  readonly kind: CallKind;
  /** A name with few different values, such as `GET user-service` or `publish order.placed`. */
  readonly name: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Headers that came with the message, when the call continues work begun elsewhere. */
  readonly incoming?: Readonly<Record<string, string | undefined>>;
}

/** A call that is being observed. */
export interface Observation {
  /** Headers to send along, so that the other side continues the same trace. Lower-case names. */
  readonly outgoing: Readonly<Record<string, string>>;
  /** Adds facts that were not known when the call started. */
  annotate(attributes: Readonly<Record<string, AttributeValue>>): void;
  /** Notes something that happened during the call, such as a retry. */
  event(name: string, attributes?: Readonly<Record<string, AttributeValue>>): void;
}

/**
 * The port through which clients and consumers report what they do. `TracingModule` implements it; without one,
 * nothing is observed and it costs nothing.
 */
export abstract class CallObserver {
  /** Runs `work` as the observed call: the call ends when the promise settles, and failed when it rejects. */
  abstract observe<T>(call: ObservedCall, work: (observation: Observation) => Promise<T>): Promise<T>;
}
