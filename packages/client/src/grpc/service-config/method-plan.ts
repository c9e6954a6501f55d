import { type GrpcStatusName, OptionsError } from '@rookery/common';
import { type Pipeline, type PolicyOptions, type PolicyRegistry } from '@rookery/resilience';
import { ByMethod } from './by-method.js';
import { millisecondsOf } from './proto-duration.js';
import {
  type GrpcServiceConfig,
  type MethodConfig,
  type RetryThrottling,
  type ServiceConfigRetryPolicy,
} from './service-config.js';
import { statusNames } from './status-codes.js';

/** How the calls of a method are made. */
export interface MethodPlan {
  readonly pipeline: Pipeline;
  /** The longest that a call may take. Unset: as the call says. */
  readonly timeoutMs?: number;
  /** The statuses after which a call is made again, whatever it does. Unset: those after which that is safe. */
  readonly retryable?: ReadonlySet<GrpcStatusName>;
}

/** What a service config is turned into policies with. */
export interface PlanParts {
  /** The name of the client's own policy, after which those for some methods are named. */
  readonly name: string;
  /** What guards the methods of which the service config says nothing about retries. */
  readonly pipeline: Pipeline;
  readonly defaults: PolicyOptions;
  readonly policies: PolicyRegistry;
}

/** Plans for methods by the service config, by the policies of this suite: nothing is left for grpc-js to do again. */
export class MethodPlans {
  readonly #plans: ByMethod<MethodPlan>;

  constructor(
    config: GrpcServiceConfig,
    private readonly parts: PlanParts,
  ) {
    const { methodConfig = [], retryThrottling } = config;
    this.#plans = new ByMethod(
      methodConfig.map((method, at) => [method.name, this.#plan(method, at, retryThrottling)] as const),
    );
  }

  /** The plan of a method, which is the client's own where nothing is said about it. */
  of(service: string, method: string): MethodPlan {
    return this.#plans.of(service, method) ?? { pipeline: this.parts.pipeline };
  }

  #plan({ timeout, retryPolicy }: MethodConfig, at: number, throttling?: RetryThrottling): MethodPlan {
    return {
      pipeline: retryPolicy ? this.#pipeline(retryPolicy, at, throttling) : this.parts.pipeline,
      ...(timeout !== undefined && { timeoutMs: millisecondsOf(timeout) }),
      ...(retryPolicy && { retryable: statusNames(retryPolicy.retryableStatusCodes) }),
    };
  }

  #pipeline(retry: ServiceConfigRetryPolicy, at: number, throttling?: RetryThrottling): Pipeline {
    const { name, defaults, policies } = this.parts;
    const options: PolicyOptions = {
      ...defaults,
      retry: {
        attempts: retry.maxAttempts,
        backoff: {
          delay: millisecondsOf(retry.initialBackoff),
          factor: retry.backoffMultiplier,
          maxDelay: millisecondsOf(retry.maxBackoff),
          jitter: 'equal',
        },
      },
      ...(throttling && { retryBudget: { ratio: percentOf(throttling) } }),
    };
    return policies.define(`${name}.methodConfig-${at}`, options, { source: `the serviceConfig of ${name}` });
  }
}

/** In the long run as many retries as failures may take out tokens that successes pay in. */
function percentOf({ tokenRatio }: RetryThrottling): number {
  return Math.min(100, Math.max(1, tokenRatio * 100));
}

/** Refuses what is right for gRPC and what this client does by other means. */
export function refuseForeign(where: string, path: string, { methodConfig = [] }: GrpcServiceConfig): void {
  const problems = methodConfig.flatMap(({ waitForReady, hedgingPolicy, retryPolicy }, at) => {
    const here = `${path}.methodConfig[${at}]`;
    return [
      waitForReady
        ? `${here}.waitForReady: A call waits for the registry once and is tried again where nobody is there. Leave it out.`
        : '',
      hedgingPolicy ? `${here}.hedgingPolicy: Hedge by the "hedge" of a policy, and name that.` : '',
      retryPolicy && retryPolicy.backoffMultiplier < 1
        ? `${here}.retryPolicy.backoffMultiplier: Pauses that shrink are not supported. Use at least 1.`
        : '',
    ].filter(Boolean);
  });
  if (problems.length > 0) throw new OptionsError(where, problems);
}
