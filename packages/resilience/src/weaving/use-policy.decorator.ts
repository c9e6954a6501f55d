import { policyDecorator } from './policy.decorator.js';

/**
 * Guards the method with a named policy of `ResilienceModule.forRoot({ policies })`. Methods that use the same name share
 * its breaker. A policy that the method declares itself, such as `@Timeout()`, takes the place of the named one's.
 * A name that is not defined fails the boot.
 *
 * @example
 * \@UsePolicy('user-service')
 * find(id: string) { return this.http.get(`/users/${id}`); }
 */
export function UsePolicy(name: string): MethodDecorator {
  return policyDecorator('UsePolicy', name, (method) => {
    if (method.policy !== undefined) return 'repeated';
    method.policy = name;
    return 'declared';
  });
}
