import { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { currentContext, type Headers, runInContext } from '@rookery/common';

declare module '@rookery/common' {
  interface CallContext {
    /** Headers of the request being served that a mesh wants to see again on the calls it causes. */
    readonly received?: ReceivedHeaders;
  }
}

/** What a request brought that its calls take along. */
export interface ReceivedHeaders {
  readonly correlation: Headers;
  readonly trace: Headers;
}

/** Passed on always. Envoy samples traces and log lines by `x-request-id`. */
const CORRELATION = ['x-request-id', 'baggage'];

/**
 * Passed on when the app does not trace itself, so that the spans of its sidecars hang together all the same.
 * Source: Istio, "Distributed tracing overview", the headers that applications are to forward.
 */
const TRACE = [
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'x-cloud-trace-context',
  'x-datadog-trace-id',
  'x-datadog-parent-id',
  'x-datadog-sampling-priority',
];

/** Middleware that keeps what the mesh wants to see again for the calls that a request causes. */
export function keepReceived(
  request: Pick<IncomingMessage, 'headers'>,
  _response: unknown,
  next: () => void,
): void {
  const { headers } = request;
  runInContext({ received: { correlation: pick(headers, CORRELATION), trace: pick(headers, TRACE) } }, next);
}

/**
 * The headers to take along on a call. `traced` are those of the app's own tracing: where there are any, the received
 * ones stay out, because a second trace context beside the first would contradict it.
 */
export function takenAlong(traced: Headers): Headers {
  const { received } = currentContext();
  if (!received) return traced;
  return { ...received.correlation, ...(Object.keys(traced).length > 0 ? traced : received.trace) };
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): Headers {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') picked[name] = value;
  }
  return picked;
}
