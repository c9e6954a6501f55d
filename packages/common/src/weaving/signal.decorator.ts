const SIGNAL_PARAMETER = '@rookery/common:signal-parameter';

/**
 * Marks the parameter that receives the call's `AbortSignal`: the one of the running attempt in a method with
 * policies, the one of the delivery in an event or queue handler. It aborts on timeout, and when nobody waits any more.
 *
 * @example
 * find(id: string, @Signal() signal?: AbortSignal) { return fetch(url(id), { signal }); }
 */
export function Signal(): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined)
      throw new TypeError('@Signal() marks a parameter of a method, not of a constructor.');
    Reflect.defineMetadata(SIGNAL_PARAMETER, index, target, key);
  };
}

/** The signal that the caller passed itself where `@Signal()` asks for one. */
export function passedSignal(
  target: object,
  method: string | symbol,
  args: readonly unknown[],
): AbortSignal | undefined {
  const index: number | undefined = Reflect.getMetadata(SIGNAL_PARAMETER, target, method);
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
  const index: number | undefined = Reflect.getMetadata(SIGNAL_PARAMETER, target, method);
  if (index === undefined) return args;
  const filled = [...args];
  filled[index] = signal;
  return filled;
}
