import { secondsAndNanos } from './proto-duration.js';
import { type DurationMessage, type GrpcServiceConfig, type MethodConfig } from './service-config.js';

/** What holds for some methods, as grpc-js keeps it. */
export type GrpcJsMethodConfig = Omit<MethodConfig, 'timeout'> & { timeout?: DurationMessage };

/**
 * A checked service config as grpc-js reads it from the channel option `grpc.service_config`. It takes the digits behind
 * the point of a timeout for nanoseconds, so that `"0.5s"` would end every call at once; seconds and nanoseconds apart
 * are read rightly.
 *
 * @param loadBalancingConfig How grpc-js chooses among the addresses of a target that is not `rookery:`. Default: its first.
 */
export function serviceConfigForGrpcJs(
  { methodConfig = [], ...rest }: GrpcServiceConfig,
  loadBalancingConfig: readonly Readonly<Record<string, object>>[] = [],
): string {
  return JSON.stringify({
    ...rest,
    ...(loadBalancingConfig.length > 0 && { loadBalancingConfig }),
    methodConfig: methodConfig.map(methodConfigForGrpcJs),
  });
}

/** One entry of a checked service config in the same form. */
export function methodConfigForGrpcJs({ timeout, ...method }: MethodConfig): GrpcJsMethodConfig {
  return { ...method, ...(timeout !== undefined && { timeout: secondsAndNanos(timeout) }) };
}
