import { type Check } from '@rookery/common';
import { type HttpClientOptions } from '../client.options.js';
import { type ContractClass, contractOf } from './contract.js';

/** A service that is called by a contract, and how. */
export interface ContractClientOptions extends Omit<HttpClientOptions, 'service'> {
  /** The contract, which says the service's name, or a class that extends it. It is what the client is injected by. */
  client: ContractClass;
}

/** What `ClientModule.forFeature` may list: a service, a contract, or a contract with options. */
export type ClientEntry = HttpClientOptions | ContractClass | ContractClientOptions;

/** An entry in one form. */
export interface ResolvedEntry {
  /** The class that the client is provided as. Unset: it is an `HttpServiceClient`. */
  readonly client: ContractClass | undefined;
  readonly options: HttpClientOptions;
}

/** The class of an entry, or `undefined` for a service that is called by an `HttpServiceClient`. */
function clientOf(entry: ClientEntry): ContractClass | undefined {
  if (typeof entry === 'function') return entry;
  return typeof entry === 'object' && entry !== null && 'client' in entry ? entry.client : undefined;
}

/** Puts the service's name, which the contract knows, into the options. */
export function resolveEntry(entry: ClientEntry): ResolvedEntry {
  const client = clientOf(entry);
  if (!client) return { client, options: entry as HttpClientOptions };
  const { client: _class, ...options } =
    typeof entry === 'function' ? { client } : (entry as ContractClientOptions);
  return { client, options: { ...options, service: contractOf(client)?.service ?? '' } };
}

/** Refuses classes that no client can be made of. */
export const contractClientCheck: Check = (entry, path, problems) => {
  const client: unknown = clientOf(entry as ClientEntry);
  const problem = client === undefined ? undefined : clientProblem(client, entry as object);
  if (problem) problems.push(`${path}: ${problem}`);
};

function clientProblem(client: unknown, entry: object): string | undefined {
  if (typeof client !== 'function') return 'client: Invalid value. Use a class with @ServiceClient().';
  if (!contractOf(client))
    return `${client.name} is no contract. Put @ServiceClient() with the service's name on it.`;
  if ('service' in entry) return `service is what ${client.name} says. Leave it out.`;
  // Nothing but its requests could be given to it, since it is made in a module of its own.
  if (client.length > 0)
    return `The constructor of ${client.name} takes arguments, which nobody could give. Inject ${client.name} into a class that needs more.`;
  return undefined;
}
