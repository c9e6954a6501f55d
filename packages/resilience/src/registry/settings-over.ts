import { type Check, is, OptionsError, required } from '@rookery/common';
import { misfits } from '../pipeline/misfits.js';
import { policyCheck, type PolicyOptions, policySettings } from '../pipeline/policy.options.js';
import { type PolicySettings } from '../pipeline/stage-settings.js';
import { withDefaults } from './with-defaults.js';

/** Where a policy's options were given. */
export interface PolicyOrigin {
  /** For messages, such as `ResilienceModule.forRoot`. */
  readonly source: string;
  /** The path of the options within it. Default: none. */
  readonly path?: string;
  /** What the options are laid over, field by field; `false` switches off what is on there. Default: nothing. */
  readonly defaults?: PolicyOptions;
}

const policy: Check = (value, path, problems) => {
  if (value !== undefined) return policyCheck(value, path, problems);
  problems.push(
    `${path && `${path}: `}Missing. Give the policy its options, or {} for one that does nothing.`,
  );
};

/**
 * The settings of options over their defaults. Throws when they cannot be used, each by itself or together: what counts
 * is what they are with the defaults below them.
 */
export function settingsOver(options: PolicyOptions, origin: PolicyOrigin): PolicySettings {
  const { source, path = '', defaults = {} } = origin;
  const whole = isObject(options) ? withDefaults(defaults, options) : options;
  const problems: string[] = [];
  policy(whole, path, problems);
  if (problems.length > 0) throw new OptionsError(source, problems);
  const settings = policySettings(whole);
  const together = misfits(settings).map((problem) => (path ? `${path}: ${problem}` : problem));
  if (together.length > 0) throw new OptionsError(source, together);
  return settings;
}

/** Throws unless the policy has a name that somebody can use. */
export function requireName(name: string, source: string): void {
  const problems: string[] = [];
  required(is.text)(name, 'The name of a policy', problems);
  if (problems.length > 0) throw new OptionsError(source, problems);
}

/** A list, which would look like options that leave everything out, is left for the check to refuse. */
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
