import { type IncomingMessage, type ServerResponse } from 'node:http';
import { addRequestHook, onResponseClose, type RequestHookable, TIMEOUT_HEADER } from '@rookery/common';
import { nodeRequest, nodeResponse } from '../edge/node-objects.js';
import { answerExpired } from './http-expiry.js';
import { InboundCall } from './inbound-call.js';
import { budgetOf, type InboundLimits } from './inbound-limits.js';

/**
 * Has every request to the adapter end with its caller's time, or when its caller leaves. What arrives too late is
 * answered with 504 and not begun. An answer that has begun is never cut: a caller whose time also covers the reading of it
 * ends that by leaving.
 */
export function limitRequests(adapter: RequestHookable, limits: InboundLimits): void {
  addRequestHook(adapter, 'limit', (request, response, done) => {
    const [incoming, outgoing] = [nodeRequest(request), nodeResponse(response)];
    if (!incoming || !outgoing) return done();
    const budgetMs = budgetOf(incoming.headers[TIMEOUT_HEADER], limits);
    if (budgetMs === 0) return answerExpired(outgoing);
    const call = new InboundCall(limits.clock, {
      budgetMs,
      begun: () => outgoing.headersSent,
      // Whoever handles it answers first, in the app's own way; this is for requests that no handler has yet.
      onExpired: () => void setImmediate(() => answerExpired(outgoing)),
    });
    whenClosed(incoming, outgoing, () => (isComplete(outgoing) ? call.settle() : call.callerLeft()));
    return call.run(done);
  });
}

function whenClosed(incoming: IncomingMessage, outgoing: ServerResponse, listener: () => void): void {
  // A connection of HTTP/2 carries many requests, and its streams tell of their ends themselves.
  if (incoming.httpVersionMajor >= 2) outgoing.once('close', listener);
  else onResponseClose(incoming, outgoing, listener);
}

/** Responses of HTTP/2 only tell that all was written. */
function isComplete(response: ServerResponse): boolean {
  return 'writableFinished' in response
    ? response.writableFinished
    : (response as ServerResponse).writableEnded;
}
