import { type Context, context, ROOT_CONTEXT, type Tracer } from '@opentelemetry/api';
import { addRequestHook, type Done, onResponseClose } from '@rookery/common';
import { IncomingMessage, ServerResponse } from 'node:http';
import { suppressTracing } from '../context/suppression.js';
import { addRouteHook, type HookableAdapter } from './hook-slots.js';
import { ignoring } from './ignored-paths.js';
import { splitTarget } from './request-attributes.js';
import { ServerRequest } from './server-request.js';

/** Makes every request to the adapter a span, but for those below the `ignore`d paths, which are not traced at all. */
export function traceRequests(adapter: HookableAdapter, tracer: Tracer, ignore: readonly string[]): void {
  const isIgnored = ignoring(ignore);
  addRouteHook(adapter, (_method, path) => ServerRequest.current()?.route(path));
  addRequestHook(adapter, 'trace', (request, response, done) => {
    const incoming = raw(request, IncomingMessage);
    const outgoing = raw(response, ServerResponse);
    if (!incoming || !outgoing) return done();
    if (isIgnored(splitTarget(incoming.url ?? '/').path)) {
      return enter(suppressTracing(ROOT_CONTEXT), done);
    }
    const served = new ServerRequest(tracer, incoming, clientAddress(request));
    onResponseClose(incoming, outgoing, () => served.finish(outgoing));
    return enter(served.context, done);
  });
}

function enter(owner: Context, done: Done): void {
  context.with(owner, () => done());
}

/** Node's own object: Express extends it, Fastify keeps it in `raw`. */
function raw<T>(object: unknown, type: abstract new (...args: never[]) => T): T | undefined {
  if (object instanceof type) return object;
  const inner = (object as { raw?: unknown } | undefined)?.raw;
  return inner instanceof type ? inner : undefined;
}

/** The client as the framework sees it, which honours its `trust proxy` setting. */
function clientAddress(request: unknown): string | undefined {
  const ip = (request as { ip?: unknown }).ip;
  return typeof ip === 'string' ? ip : undefined;
}
