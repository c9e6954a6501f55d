import { type WovenCall } from '@rookery/common';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { guardIterable } from './guard-iterable.js';
import { guardObservable } from './guard-observable.js';
import { guardPromise } from './guard-promise.js';
import { type StreamKind } from './stream-kind.js';

/** Makes a call of a method through a pipeline, and returns what the method itself would have returned. */
export type Guard = (pipeline: PolicyPipeline, call: WovenCall) => unknown;

const STREAM_GUARDS: Record<StreamKind, Guard> = {
  observable: guardObservable,
  'async iterable': guardIterable,
};

/** The guard for what the method returns. */
export function guardFor(stream: StreamKind | undefined): Guard {
  return stream ? STREAM_GUARDS[stream] : guardPromise;
}
