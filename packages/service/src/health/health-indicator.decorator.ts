import { SetMetadata } from '@nestjs/common';
import { type Duration, requireInstanceMethod, requireModule } from '@rookery/common';
import { HealthRegistry } from './health-registry.js';
import { type HealthGroup } from './indicator.js';

/** Options of `@HealthIndicator()`. */
export interface HealthIndicatorOptions {
  /** Its key in the report. Default: the method's name. */
  name?: string;
  /** What it belongs to. Default `['readiness']`. */
  groups?: readonly HealthGroup[];
  /** Whether the service is down when this is; else it is degraded, and goes on. Default `true`. */
  critical?: boolean;
  /** How often it is checked. Default: the module's `health.interval`. */
  interval?: Duration;
  /** After which time a check counts as failed. Default: the module's `health.timeout`. */
  timeout?: Duration;
}

/** What a method returns that is marked as a health indicator; throwing means down. */
type Returned = void | boolean | object | Promise<void | boolean | object>;

/**
 * Makes a method of a singleton provider or controller a health check. It is called on an interval, with an
 * `AbortSignal` that aborts when its time is up. It returns nothing or `true` when all is well, `false` or an error when
 * not, or `{ status, ...facts }`; what an indicator of Terminus returns will do as well.
 *
 * @example
 * \@HealthIndicator({ name: 'database' })
 * async ping(signal: AbortSignal) { await this.pool.query('SELECT 1'); }
 */
export function HealthIndicator(options: HealthIndicatorOptions = {}) {
  return <Method extends (signal: AbortSignal) => Returned>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    requireInstanceMethod('@HealthIndicator()', target, key, descriptor);
    requireModule('@rookery/service', HealthRegistry, target);
    SetMetadata(HealthIndicator.KEY, options)(target, key, descriptor);
  };
}

/** Under which key a method's options are kept. */
HealthIndicator.KEY = '@rookery/service:health-indicator';
