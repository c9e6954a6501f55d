import {
  check,
  type Check,
  type Clock,
  type Duration,
  is,
  type Random,
  required,
  shape,
} from '@rookery/common';
import { type InstanceStatus } from '../instance/service-instance.js';
import { clockCheck, randomCheck } from '../registry/service-registry.options.js';
import { byCheck } from './status-request.js';

export interface StatusRequestOptions {
  /** `'draining'`: it is to get no new calls while others are up. `'up'`: it may get them again. */
  status: InstanceStatus;
  /** Who asks, for the log of the one that is asked. Up to 128 characters. */
  by: string;
  /** How long to wait for the answer, from 100 ms to an hour. Default `'10s'`. */
  timeout?: Duration;
  /** Ends the waiting: it rejects with the signal's reason. Default: none. */
  signal?: AbortSignal;
  /** Default: the system's clock. */
  clock?: Clock;
  /** Default: the system's generator. */
  random?: Random;
}

export const STATUS_REQUEST_DEFAULTS = { timeout: '10s' } as const;

export const statusRequestCheck: Check = shape<StatusRequestOptions>({
  status: required(is.oneOf('up', 'draining')),
  by: required(byCheck),
  timeout: is.duration({ min: 100, max: 3_600_000 }),
  signal: check((value) => value instanceof AbortSignal, 'an AbortSignal'),
  clock: clockCheck,
  random: randomCheck,
});
