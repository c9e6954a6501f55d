import { type WovenCall, withSignal } from '@rookery/common';
import { type Attempt } from '../pipeline/pipeline.js';

/** Makes one attempt of a call, with the attempt's signal where `@Signal()` asks for it. */
export function proceed(call: WovenCall, attempt: Attempt): unknown {
  const { method, args } = call;
  return call.proceed(withSignal(method.target, method.key, args, attempt.signal));
}
