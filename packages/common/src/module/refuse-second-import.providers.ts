import { type InjectionToken } from '@nestjs/common';
import { type ModulesContainer } from '@nestjs/core';
import { OptionsError } from '../errors/options.error.js';

/**
 * Throws when a module whose state must be one of each app was imported with options more than once.
 *
 * @param where The call that must be there once, such as `EventsModule.forRoot`.
 * @param token A token that each such import provides.
 * @param consequence What would go wrong, such as `every handler would run as often`.
 */
export function refuseSecondImport(
  modules: ModulesContainer,
  where: string,
  token: InjectionToken,
  consequence: string,
): void {
  const times = [...modules.values()].filter(({ providers }) => providers.has(token)).length;
  if (times < 2) return;
  throw new OptionsError(where, [
    `Imported ${times} times: ${consequence}. Import it once, in the root module; it is global.`,
  ]);
}
