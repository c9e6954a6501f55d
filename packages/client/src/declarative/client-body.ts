import { type HttpServiceClient } from '../http/http-service-client.js';
import { type ContractRoute, type Verb } from './contract.js';
import { type ContractRequest, requestOf } from './request-of.js';

/** The property under which an instance of a contract has what sends its requests. */
export const SENDER = Symbol.for('@rookery/client:sender');

type Send = (client: HttpServiceClient, path: string, request: ContractRequest) => Promise<unknown>;

const SEND: Record<Verb, Send> = {
  GET: (client, path, { options }) => client.get(path, options),
  POST: (client, path, { body, options }) => client.post(path, body, options),
  PUT: (client, path, { body, options }) => client.put(path, body, options),
  PATCH: (client, path, { body, options }) => client.patch(path, body, options),
  DELETE: (client, path, { options }) => client.delete(path, options),
};

/** The body of a method of a contract: sends what the route says by the client that the instance was given. */
export function clientBody(route: ContractRoute): (...args: unknown[]) => Promise<unknown> {
  const send = SEND[route.verb];
  return async function call(this: unknown, ...args: unknown[]): Promise<unknown> {
    const client = (this as { readonly [SENDER]?: HttpServiceClient } | undefined)?.[SENDER];
    if (!client) throw new TypeError(unbound(route.label));
    return send(client, route.path, requestOf(route, args));
  };
}

const unbound = (label: string) =>
  `${label}: Nobody sends its requests. Have its class injected, from ClientModule.forFeature([TheClass]).`;
