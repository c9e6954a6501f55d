import { type IncomingMessage, type ServerResponse } from 'node:http';

/** Node's own request: Express extends it, Fastify keeps it in `raw`. Known by what it can do, because HTTP/2 has another class. */
export function nodeRequest(request: unknown): IncomingMessage | undefined {
  return find(request, (object): object is IncomingMessage => 'httpVersionMajor' in object);
}

/** Node's own response, in the same way. */
export function nodeResponse(response: unknown): ServerResponse | undefined {
  return find(response, (object): object is ServerResponse => 'writeHead' in object);
}

function find<T extends object>(given: unknown, isWanted: (object: object) => object is T): T | undefined {
  const { raw } = Object(given) as { raw?: unknown };
  return [given, raw].find(
    (object): object is T => typeof object === 'object' && object !== null && isWanted(object),
  );
}
