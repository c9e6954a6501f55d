import { type Clock } from '@rookery/common';
import { type InboundCall } from './inbound-call.js';
import { type InboundLimits } from './inbound-limits.js';

/** What is used of a call of grpc-js's server. */
export interface GrpcCall {
  readonly cancelled: boolean;
  /** On the wall clock; `Infinity` for none. */
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** The call among what a handler of gRPC is given. */
export function grpcCallOf(args: readonly unknown[]): GrpcCall | undefined {
  return args.find(
    (arg): arg is GrpcCall => typeof (arg as Partial<GrpcCall> | null)?.getDeadline === 'function',
  );
}

/** How long its caller still waits. A stream has the time that its caller gave it, and all of it. */
export function grpcBudget(
  call: GrpcCall,
  streams: boolean,
  { clock, longestMs, defaultMs }: InboundLimits,
): number | undefined {
  const left = leftOf(call, clock);
  if (left < Infinity) return streams ? left : Math.min(left, longestMs);
  return streams ? undefined : defaultMs;
}

/** grpc-js tells of the end of a call in one way, whether its time was up or its caller has left. */
export function endWithGrpc(call: GrpcCall, inbound: InboundCall, clock: Clock): void {
  const end = () => (leftOf(call, clock) > 0 ? inbound.callerLeft() : inbound.expire());
  if (call.cancelled) end();
  else call.on('cancelled', end);
}

function leftOf(call: GrpcCall, clock: Clock): number {
  return Math.max(0, Number(call.getDeadline()) - clock.now());
}
