import { type LoggerService } from '@nestjs/common';
import { VirtualClock } from '@rookery/common/testing';
import { type ResilienceEvent } from '../src/events/resilience-event.js';
import { PolicyRegistry } from '../src/registry/policy-registry.js';
import { type PolicyOptions } from '../src/pipeline/policy.options.js';

/** A promise that a test settles by hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A registry on a clock that the test moves, with everything that it reports. No jitter: each draw is 0.5. */
export function bench() {
  const clock = new VirtualClock();
  const registry = new PolicyRegistry({ clock, random: () => 0.5 });
  const events: ResilienceEvent[] = [];
  registry.events$.subscribe((event) => events.push(event));
  const define = (options: PolicyOptions) => registry.define('users', options);
  return { clock, registry, events, define };
}

export const silent: LoggerService = { log() {}, warn() {}, error() {} };

export const broken = new Error('broken');
export const fail = () => Promise.reject(broken);
export const succeed = () => Promise.resolve('ok');

/** How a promise ended: its value or its error. */
export function ended(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

/** The error of a status, as HTTP libraries make them. */
export function withStatus(status: number): Error {
  return Object.assign(new Error(`status ${status}`), { status });
}

/** Options as somebody gives them whom no compiler stops. */
export function wrong(options: object | undefined): never {
  return options as never;
}
