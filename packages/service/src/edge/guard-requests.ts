import { type IncomingMessage } from 'node:http';
import { addRequestHook, type RequestHookable } from '@rookery/common';
import { type Belief } from './belief.js';
import { isOversized } from './fleet-headers.js';
import { nodeRequest } from './node-objects.js';

/** What is passed on from call to call, and must not grow on the way. */
const PASSED_ON = ['baggage', 'tracestate'];

/**
 * Takes from every request what its caller is not believed, before anything sees it. No request is refused for it: a
 * stranger may well send a trace of its own.
 */
export function guardRequests(
  adapter: RequestHookable,
  believes: Belief,
  isFleetHeader: (name: string) => boolean,
): void {
  addRequestHook(adapter, 'edge', (request, _response, done) => {
    const incoming = nodeRequest(request);
    if (incoming) guard(incoming, believes(incoming.socket) ? undefined : isFleetHeader);
    return done();
  });
}

function guard(request: IncomingMessage, isFleetHeader: ((name: string) => boolean) | undefined): void {
  const { headers } = request;
  for (const name of PASSED_ON) {
    if (isOversized(name, headers[name]?.toString())) remove(request, (other) => other === name);
  }
  if (isFleetHeader && Object.keys(headers).some(isFleetHeader)) remove(request, isFleetHeader);
}

/** Also from the headers as they came, which proxies pass on. */
function remove({ headers, rawHeaders }: IncomingMessage, isUnwanted: (name: string) => boolean): void {
  for (const name of Object.keys(headers)) if (isUnwanted(name)) delete headers[name];
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
    if (isUnwanted((rawHeaders[at] ?? '').toLowerCase())) rawHeaders.splice(at, 2);
  }
}
