import { type GrpcStatusName } from '@rookery/common';

/** A duration as protobuf's JSON writes it: seconds, such as `'0.25s'`. */
export type ProtoDuration = `${number}s`;

/** A duration as protobuf's message has it: the form in which grpc-js reads a timeout rightly. */
export interface DurationMessage {
  seconds: number;
  nanos: number;
}

/** A status by its name or its number. */
export type StatusCode = Exclude<GrpcStatusName, 'OK'> | number;

/** Which methods are meant: one, all of a service, or with neither field all that nobody else names. */
export interface MethodName {
  /** With its package, such as `users.v1.UserService`. */
  service?: string;
  method?: string;
}

/** When and how calls are tried again (gRFC A6). */
export interface ServiceConfigRetryPolicy {
  /** The first call counts: from 2 to 5. */
  maxAttempts: number;
  initialBackoff: ProtoDuration;
  maxBackoff: ProtoDuration;
  backoffMultiplier: number;
  /** Statuses after which a call is made again, whatever it does: list none that a method cannot bear twice. */
  retryableStatusCodes: StatusCode[];
}

/** When a call is made again although the first has not failed (gRFC A6). */
export interface ServiceConfigHedgingPolicy {
  /** The first call counts: from 2 to 5. */
  maxAttempts: number;
  /** Default: all at once. */
  hedgingDelay?: ProtoDuration;
  /** Default: every failure ends the call. */
  nonFatalStatusCodes?: StatusCode[];
}

/** What holds for some methods. */
export interface MethodConfig {
  name: MethodName[];
  /** The longest that a call may take; a shorter limit of the call itself counts. Default: none. */
  timeout?: ProtoDuration | DurationMessage;
  /** Default `false`. */
  waitForReady?: boolean;
  retryPolicy?: ServiceConfigRetryPolicy;
  hedgingPolicy?: ServiceConfigHedgingPolicy;
}

/** How much retries may add to the load (gRFC A6). */
export interface RetryThrottling {
  /** Up to 1000. */
  maxTokens: number;
  /** What a success pays in; a failure takes out 1. */
  tokenRatio: number;
}

/**
 * The part of a gRPC service config that says how calls are made, in the JSON form of every gRPC implementation. Which
 * instance a call goes to is not in it: that is what `DiscoveryModule` says.
 */
export interface GrpcServiceConfig {
  methodConfig?: MethodConfig[];
  retryThrottling?: RetryThrottling;
}
