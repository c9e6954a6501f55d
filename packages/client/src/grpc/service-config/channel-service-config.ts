import { check, type Check } from '@rookery/common';
import { serviceConfigCheck } from './service-config-check.js';

/** The channel option that holds a service config as JSON. */
export const SERVICE_CONFIG = 'grpc.service_config';

const withoutBalancing = check(
  (value) => typeof value === 'object' && value !== null && !('loadBalancingConfig' in value),
  'a service config as JSON, without a loadBalancingConfig, as it is DiscoveryModule that says who is called',
);

/** What the JSON of a channel's service config says; the text itself when it is no JSON, which the check refuses. */
export function parseServiceConfig(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** Refuses what is no service config of a channel whose instances discovery chooses. */
export const channelServiceConfigCheck: Check = (value, path, problems) => {
  const before = problems.length;
  withoutBalancing(value, path, problems);
  if (problems.length === before) serviceConfigCheck(value, path, problems);
};
