import { Controller, type ScopeOptions } from '@nestjs/common';
import { InvalidContractError } from '../errors/invalid-contract.error.js';
import { type ContractClass, contractOf } from './contract.js';
import { methodsOf } from './methods-of.js';
import { isController } from './nest-route.explorer.js';
import { type Served } from './served.js';
import { serveRoute } from './serve-route.explorer.js';
import { shadowedRoutes } from './shadowed-routes.js';

/**
 * Makes a class the controller of a contract, in place of `@Controller()`: every method of the contract is routed to the
 * method of that name, with the contract's path, parameters, pipes and status. Both sides read one declaration, so they
 * cannot drift: a method that is missing, says something else or is never reached is refused with an `InvalidContractError` when the class
 * is declared, and one that takes or returns something else does not compile.
 *
 * What only a server has stays with the controller: guards, interceptors, further pipes, and parameters such as `@Req()`
 * behind those of the contract.
 *
 * @example
 * \@ServeContract(UserApi)
 * export class UsersController implements Served<UserApi> {
 *   find(id: string): User { ... }
 * }
 */
export function ServeContract<Api extends object>(contract: ContractClass<Api>, scope: ScopeOptions = {}) {
  return (controller: new (...args: never[]) => Served<Api>): void => {
    const promised = contractOf(contract);
    if (!promised) {
      throw new InvalidContractError(contract.name, [
        `${controller.name} cannot serve what is no contract. Put @ServiceClient() with the service's name on ${contract.name}.`,
      ]);
    }
    const problems = promised.routes.flatMap((route) => serveRoute(controller, contract, route));
    problems.push(...shadowedRoutes(promised.routes, methodsOf(controller.prototype as object)));
    if (isController(controller))
      problems.push('@Controller() and @ServeContract() both route it. Remove @Controller().');
    if (problems.length > 0) throw new InvalidContractError(controller.name, problems);
    Controller({ ...scope, path: promised.path })(controller);
  };
}
