import { type InjectionToken } from '@nestjs/common';
import { type ModulesContainer } from '@nestjs/core';
import { OptionsError } from '@rookery/common';

/** Two imports with options would register the app twice and split what its balancers have learnt. */
export function refuseSecondImport(modules: ModulesContainer, optionsToken: InjectionToken): void {
  const configured = [...modules.values()].filter(({ providers }) => providers.has(optionsToken));
  if (configured.length < 2) return;
  throw new OptionsError('DiscoveryModule.forRoot', [
    `Imported ${configured.length} times. Import it once, in the root module: it is global, so all modules can inject ServiceRegistry and LoadBalancer.`,
  ]);
}
