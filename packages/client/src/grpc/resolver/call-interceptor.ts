import {
  type Deadline,
  InterceptingCall,
  type Interceptor,
  type InterceptorOptions,
  type Metadata,
  status,
  type StatusObject,
} from '@grpc/grpc-js';
import { type CallObserver, type Clock, currentContext, remainingTime } from '@rookery/common';
import { GrpcStatusError } from '../../errors/grpc-status.error.js';
import { textsOf } from '../channel/metadata.js';

/** What the calls of an app's gRPC clients belong to. */
export interface CallSurroundings {
  readonly observer: CallObserver;
  readonly clock: Clock;
}

/**
 * Lets a call be part of the work that makes it: it ends with that work's deadline or when nobody waits for it any more, and
 * it is a span of its trace.
 */
export function callInterceptor({ observer, clock }: CallSurroundings): Interceptor {
  return (options, nextCall) => {
    const { signal } = currentContext();
    const { outgoing, ended } = observe(observer, options);
    const call = new InterceptingCall(nextCall(withDeadline(options, remainingTime(clock))), {
      start(metadata, _listener, next) {
        const cancel = () => call.cancelWithStatus(status.CANCELLED, NOBODY_WAITS);
        signal?.addEventListener('abort', cancel, { once: true });
        next(
          withHeaders(metadata, outgoing),
          listenerOf((result) => {
            signal?.removeEventListener('abort', cancel);
            ended(result);
          }),
        );
        if (signal?.aborted) cancel();
      },
    });
    return call;
  };
}

const NOBODY_WAITS = 'Nobody waits for the answer any more.';

function listenerOf(ended: (result: StatusObject) => void) {
  return {
    onReceiveStatus(result: StatusObject, next: (result: StatusObject) => void) {
      ended(result);
      next(result);
    },
  };
}

/** The smaller of the call's own deadline and of what is left to the work that makes it. */
function withDeadline(options: InterceptorOptions, leftMs: number): InterceptorOptions {
  if (leftMs === Infinity) return options;
  return { ...options, deadline: earlier(options.deadline, Date.now() + leftMs) };
}

function earlier(deadline: Deadline | undefined, other: number): number {
  return deadline === undefined ? other : Math.min(Number(deadline), other);
}

/** The caller's own metadata stay as they are: they may serve for another call. */
function withHeaders(metadata: Metadata, headers: Readonly<Record<string, string>>): Metadata {
  const own = metadata.clone();
  for (const [key, value] of Object.entries(headers)) {
    if (own.get(key).length === 0) own.set(key, value);
  }
  return own;
}

/** The call as the observer sees it, from now until its status is there. */
function observe(observer: CallObserver, { method_definition: { path } }: InterceptorOptions) {
  const name = path.slice(1);
  const [service = '', method = ''] = name.split('/');
  let resolve = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((succeeded, failed) => ([resolve, reject] = [succeeded, failed]));
  let outgoing: Readonly<Record<string, string>> = {};
  let annotate: (code: number) => void = () => {};
  observer
    .observe(
      {
        kind: 'client',
        name,
        attributes: { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method },
      },
      (observation) => {
        ({ outgoing } = observation);
        annotate = (code) => observation.annotate({ 'rpc.grpc.status_code': code });
        return promise;
      },
    )
    // The caller gets the failure; the observer has seen it.
    .catch(() => {});
  const ended = ({ code, details, metadata }: StatusObject): void => {
    annotate(code);
    if (code === status.OK) resolve();
    else reject(new GrpcStatusError(name, code, { details, metadata: textsOf(metadata) }));
  };
  return { outgoing, ended };
}
