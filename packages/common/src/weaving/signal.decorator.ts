import { createParamDecorator } from '@nestjs/common';
import { currentContext } from '../context/call-context.js';

const SIGNAL_PARAMETER = '@rookery/common:signal-parameter';

/** Where nothing limits the request, a signal that never aborts: whoever takes one may rely on it. */
const signalOfRequest = createParamDecorator(() => currentContext().signal ?? new AbortController().signal);

/**
 * Marks the parameter that receives the call's `AbortSignal`: the one of the running attempt in a method with
 * policies, the one of the delivery in an event or queue handler, the one of the request in a handler of a controller. It
 * aborts on timeout, and when nobody waits any more. As with all of Nest's parameter decorators, a message handler that
 * uses it marks its payload too, with `@Payload()`.
 *
 * @example
 * find(id: string, @Signal() signal?: AbortSignal) { return fetch(url(id), { signal }); }
 */
export function Signal(): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined)
      throw new TypeError('@Signal() marks a parameter of a method, not of a constructor.');
    Reflect.defineMetadata(SIGNAL_PARAMETER, index, target, key);
    signalOfRequest()(target, key, index);
  };
}

/** Which parameter of the method `@Signal()` marks. */
export function signalParameter(target: object, method: string | symbol): number | undefined {
  return Reflect.getMetadata(SIGNAL_PARAMETER, target, method) as number | undefined;
}

/** The signal that the caller passed itself where `@Signal()` asks for one. */
export function passedSignal(
  target: object,
  method: string | symbol,
  args: readonly unknown[],
): AbortSignal | undefined {
  const index = signalParameter(target, method);
  const passed = index === undefined ? undefined : args[index];
  return passed instanceof AbortSignal ? passed : undefined;
}

/** The arguments with the signal put where `@Signal()` asks for it; the same arguments when nothing asks. */
export function withSignal(
  target: object,
  method: string | symbol,
  args: readonly unknown[],
  signal: AbortSignal,
): readonly unknown[] {
  const index = signalParameter(target, method);
  if (index === undefined) return args;
  const filled = [...args];
  filled[index] = signal;
  return filled;
}
