import { EventEmitter } from 'node:events';
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';
import { currentContext, runInContext, runInFreshContext } from '@rookery/common';
import { bindEmitter } from './bind-emitter.js';

declare module '@rookery/common' {
  interface CallContext {
    /** OpenTelemetry's part of the call context: the active span, baggage and what other libraries put there. */
    readonly otel?: Context;
  }
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * OpenTelemetry's context, kept in the suite's call context: one AsyncLocalStorage serves traces, deadlines and signals.
 * It has no state of its own, so that any number of apps in a process share it.
 */
export const callContextManager: ContextManager = {
  active: () => currentContext().otel ?? ROOT_CONTEXT,

  with(context, work, thisArg, ...args) {
    return runInContext({ otel: context }, () => work.call(thisArg as never, ...args));
  },

  bind<T>(context: Context, target: T): T {
    if (target instanceof EventEmitter) {
      return bindEmitter(target, (listener) => bindFunction(context, listener));
    }
    return typeof target === 'function'
      ? (bindFunction(context, target as unknown as AnyFunction) as T)
      : target;
  },

  enable: () => callContextManager,
  disable: () => callContextManager,
};

/** The function, always run in this OpenTelemetry context and in the call context of the moment it was bound. */
function bindFunction(context: Context, target: AnyFunction): AnyFunction {
  const bound = { ...currentContext(), otel: context };
  function wrapper(this: unknown, ...args: unknown[]): unknown {
    return runInFreshContext(bound, () => target.apply(this, args));
  }
  Object.defineProperty(wrapper, 'length', { value: target.length });
  return wrapper;
}
