import { experimental } from '@grpc/grpc-js';
import { OptionsError } from '@rookery/common';
import { POLICY_NAME, RookeryPolicy, RookeryPolicyConfig } from './rookery-policy.js';
import { RookeryResolver } from './rookery-resolver.js';

/** The scheme of targets such as `rookery:///user-service`. */
export const SCHEME = 'rookery';

/** What is used of the part of grpc-js that may change with any minor version, as it has done (grpc-node#2925). */
const USED = [
  'registerResolver',
  'registerLoadBalancerType',
  'createChildChannelControlHelper',
  'LeafLoadBalancer',
  'QueuePicker',
  'UnavailablePicker',
  'PickResultType',
  'BaseFilter',
  'statusOrFromValue',
  'statusOrFromError',
  'CHANNEL_ARGS_CONFIG_SELECTOR_KEY',
  'SUBCHANNEL_ARGS_EXCLUDE_KEY_PREFIX',
] as const satisfies readonly (keyof typeof experimental)[];

let registered = false;

/** Makes the targets known to gRPC, once for the process. Throws an `OptionsError` with a grpc-js that works otherwise. */
export function registerScheme(where: string): void {
  const missing = missingIn(experimental);
  if (missing.length > 0) {
    throw new OptionsError(where, [
      `The installed @grpc/grpc-js lacks ${missing.join(', ')} of its experimental part. Install @grpc/grpc-js@~1.14.0.`,
    ]);
  }
  if (registered) return;
  registered = true;
  experimental.registerResolver(SCHEME, RookeryResolver);
  experimental.registerLoadBalancerType(POLICY_NAME, RookeryPolicy, RookeryPolicyConfig);
}

/** Which of the parts that are used an `experimental` has not. */
export function missingIn(offered: Readonly<Record<string, unknown>>): string[] {
  return USED.filter((name) => offered[name] === undefined);
}
