import { check, type Check, is, listOf, required, shape } from '@rookery/common';
import { timeoutDuration } from './proto-duration.js';
import { hedgingPolicyCheck, retryPolicyCheck, throttlingCheck } from './retry-checks.js';
import { type GrpcServiceConfig, type MethodConfig, type MethodName } from './service-config.js';

const maybeEmpty = check((value) => typeof value === 'string', 'a text');
const nameFields = shape<MethodName>({ service: maybeEmpty, method: maybeEmpty });

const nameCheck: Check = (value, path, problems) => {
  nameFields(value, path, problems);
  const { service, method } = (value ?? {}) as MethodName;
  if (method && !service)
    problems.push(`${path}.service: Missing. A method is named together with its service.`);
};

const names: Check = (value, path, problems) => {
  listOf(nameCheck)(value, path, problems);
  if (Array.isArray(value) && value.length === 0)
    problems.push(`${path}: Empty, so it holds for no method. Use [{}] for all methods.`);
};

const methodFields = shape<MethodConfig>({
  name: required(names),
  timeout: timeoutDuration,
  waitForReady: is.flag,
  retryPolicy: retryPolicyCheck,
  hedgingPolicy: hedgingPolicyCheck,
});

const methodConfigCheck: Check = (value, path, problems) => {
  methodFields(value, path, problems);
  const { retryPolicy, hedgingPolicy } = (value ?? {}) as MethodConfig;
  if (retryPolicy !== undefined && hedgingPolicy !== undefined)
    problems.push(`${path}: retryPolicy and hedgingPolicy exclude each other. Leave one of them out.`);
};

/** Only calls that are made again are throttled (gRFC A6). */
const throttlesSomething: Check = (value, path, problems) => {
  const { retryThrottling, methodConfig = [] } = value as GrpcServiceConfig;
  if (!retryThrottling || methodConfig.some((method) => method.retryPolicy ?? method.hedgingPolicy)) return;
  problems.push(
    `${path}.retryThrottling: No entry of methodConfig has a retryPolicy, so that there is nothing to throttle. Add one, or leave it out.`,
  );
};

const fields = shape<GrpcServiceConfig>({
  methodConfig: listOf(methodConfigCheck),
  retryThrottling: throttlingCheck,
});

/**
 * What gRPC demands of a service config (doc/service_config.md, gRFC A6), told by path. Names that stand twice would make
 * gRPC refuse all of it when it is used first; here the boot fails.
 */
export const serviceConfigCheck: Check = (value, path, problems) => {
  const before = problems.length;
  fields(value, path, problems);
  if (value === undefined || problems.length > before) return;
  throttlesSomething(value, path, problems);
  const seen = new Set<string>();
  for (const [at, { name }] of ((value as GrpcServiceConfig).methodConfig ?? []).entries()) {
    for (const [index, one] of name.entries()) {
      const key = nameKey(one);
      if (seen.has(key))
        problems.push(`${path}.methodConfig[${at}].name[${index}]: ${key} is named already. Name it once.`);
      seen.add(key);
    }
  }
};

/** How a message calls what a name stands for. */
export function nameKey({ service, method }: MethodName): string {
  if (!service) return 'every method';
  return method ? `${service}/${method}` : `every method of ${service}`;
}
