import CircuitBreaker from 'opossum';
import { EventEmitter } from 'node:events';

/**
 * The part of opossum that the adapter leans on, as an interface: opossum's own typings call its getters fields, which
 * a subclass may not override with getters. `opossum.contract.spec.ts` fails when a new opossum behaves differently.
 */
export interface OpossumSurface extends EventEmitter {
  readonly closed: boolean;
  readonly pendingClose: boolean;
  /** Bounds how many calls run at once. It is asked before each call, and told after it. */
  semaphore: OpossumSemaphore;
  fire(call: unknown): Promise<unknown>;
  open(): void;
  close(): void;
}

export interface OpossumSemaphore {
  test(): boolean;
  release(): void;
}

/** What opossum does with the result of its action: `result.then(resolve).catch(reject)`, and nothing else. */
export interface OpossumResult {
  then(resolve: (result: unknown) => void): { catch(reject: (error: unknown) => void): void };
}

export interface OpossumOptions {
  readonly status: object;
  readonly timeout: false;
  readonly errorFilter: (error: never, call: never) => boolean;
  readonly cacheGetKey: () => string;
  readonly enableSnapshots: false;
  readonly rollingPercentilesEnabled: false;
}

export const Opossum = CircuitBreaker as unknown as new (
  action: (call: never) => Promise<unknown> | OpossumResult,
  options: OpossumOptions,
) => OpossumSurface;

export interface StatusSurface {
  readonly rotateBucketController: EventEmitter;
  removeRotateBucketControllerListener(): void;
}

export interface StatusOptions {
  readonly rollingCountBuckets: number;
  readonly enableSnapshots: false;
  readonly rotateBucketController: EventEmitter;
}

/** opossum's class of statistics, which it does not export by name. */
export function opossumStatusClass(): new (options: StatusOptions) => StatusSurface {
  const sample = CircuitBreaker.newStatus({
    rotateBucketController: new EventEmitter(),
    enableSnapshots: false,
  });
  return sample.constructor as new (options: StatusOptions) => StatusSurface;
}
