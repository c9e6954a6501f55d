import { type ClassProvider, Inject, type InjectionToken, type Type } from '@nestjs/common';
import { type ContractClass, contractOf } from './contract.js';
import { SENDER } from './client-body.js';
import { setParameters } from './nest-route.explorer.js';

/**
 * Provides a contract as a client: under the class itself, an instance of a class that extends it. Nest makes that
 * instance, so it injects what decorators on the methods ask for, and refuses to boot where a module for them is missing.
 *
 * @param sender The token of the `HttpServiceClient` that sends the requests.
 */
export function contractClientProvider(client: ContractClass, sender: InjectionToken): ClassProvider<object> {
  const parent = client as unknown as Type<object>;
  const Client = class extends parent {};
  Object.defineProperty(Client, 'name', { value: client.name });
  Inject(sender)(Client.prototype, SENDER);
  // Nest would make the pipes of the parameters, which may need what only the server has.
  for (const { method } of contractOf(client)?.routes ?? []) setParameters(Client, method, {});
  return { provide: client, useClass: Client };
}
