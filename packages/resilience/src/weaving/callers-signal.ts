import { currentContext, passedSignal, type WovenCall } from '@rookery/common';

/**
 * The signal of who makes the call: the one that it passed where `@Signal()` asks for one, and the one of the call that
 * is running. `undefined` where nothing was passed: the pipeline knows the running call itself.
 */
export function callersSignal({ method, args }: WovenCall): AbortSignal | undefined {
  const passed = passedSignal(method.target, method.key, args);
  const { signal } = currentContext();
  return passed && signal && passed !== signal ? AbortSignal.any([passed, signal]) : passed;
}
