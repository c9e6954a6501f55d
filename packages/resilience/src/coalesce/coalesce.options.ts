import { type Check, is, shape } from '@rookery/common';
import { type ArgumentFunction } from '../errors/ask-about-arguments.js';

/** Which calls share one execution. */
export interface CoalesceOptions {
  /**
   * The key of a method's call, from its arguments. Calls with the same key on the same instance share one execution
   * while it is under way; `undefined` shares with none. It must hold everything that the result depends on, the user
   * and the tenant included. Default: none, and only calls that name their key in `ExecuteOptions.key` share.
   */
  key?: ArgumentFunction<string | undefined>;
}

/** The options with their defaults filled in. */
export interface CoalesceSettings {
  readonly key: ArgumentFunction<string | undefined> | undefined;
}

export const coalesceCheck: Check = shape<CoalesceOptions>({ key: is.callable });

/** The settings of checked options. */
export function coalesceSettings({ key }: CoalesceOptions): CoalesceSettings {
  return { key };
}
