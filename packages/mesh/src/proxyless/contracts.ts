import { type MethodDefinition } from '@grpc/proto-loader';
import { messageOf, OptionsError } from '@rookery/common';
import { InvalidCallError } from '../errors/invalid-call.error.js';
import { type GrpcPackages } from './load-grpc.js';

/** A method of a contract. */
export type RpcMethod = MethodDefinition<object, object>;

/** The methods that can be called, from .proto files. */
export class Contracts {
  readonly #methods = new Map<string, RpcMethod>();

  /** Throws an `OptionsError` when the files cannot be read, or have no service in them. */
  constructor(
    where: string,
    private readonly protoPath: string | readonly string[],
    { loadSync }: GrpcPackages['loader'],
  ) {
    for (const definition of Object.values(read(where, protoPath, loadSync))) {
      // Messages and enums are in the same list; they alone have a format.
      if (typeof definition['format'] === 'string') continue;
      for (const method of Object.values(definition as Record<string, RpcMethod>)) {
        this.#methods.set(method.path.slice(1), method);
      }
    }
    if (this.#methods.size === 0)
      throw new OptionsError(where, [`protoPath: ${String(protoPath)} has no service.`]);
  }

  /** A method that takes one message and answers with one. Throws an `InvalidCallError` when there is no such method. */
  method(name: string): RpcMethod {
    const found = this.#methods.get(name);
    if (!found) {
      const known = [...this.#methods.keys()].slice(0, 10).join(', ');
      throw new InvalidCallError(
        'method',
        `"${name.slice(0, 120)}" is not in ${String(this.protoPath)}. There are ${known}.`,
      );
    }
    if (found.requestStream || found.responseStream) {
      throw new InvalidCallError('method', `"${name}" streams. Calls have one message and one answer.`);
    }
    return found;
  }
}

function read(
  where: string,
  protoPath: string | readonly string[],
  loadSync: GrpcPackages['loader']['loadSync'],
) {
  try {
    const files = typeof protoPath === 'string' ? protoPath : [...protoPath];
    return loadSync(files, { longs: String, enums: String, defaults: true, oneofs: true });
  } catch (error) {
    throw new OptionsError(where, [`protoPath: ${String(protoPath)} cannot be read: ${messageOf(error)}.`]);
  }
}
