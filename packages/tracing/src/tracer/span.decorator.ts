import { type Weaving, weaveMethod } from '@rookery/common';
import { type Span as StartedSpan } from './span.js';
import { Tracer } from './tracer.js';

/** The name that `@Span('name')` gave, by the method's wrapper-independent identity. */
const names = new WeakMap<object, Map<string, string>>();

/** Runs every call of a marked method as a span. */
export const spanWeaving: Weaving<Tracer> = {
  name: '@rookery/tracing',
  runtime: Tracer,
  invoke(tracer, call) {
    const { method } = call;
    const name = names.get(method.target)?.get(method.name) ?? `${method.className}.${method.name}`;
    return tracer.span(name, () => call.proceed());
  },
};

export type Span = StartedSpan;

/**
 * Traces every call of a provider's or controller's method, whatever it returns: a value, a promise, an observable or
 * an async iterable. An error marks the span as failed and goes on to the caller unchanged.
 *
 * @param name What the span is called. Default `Class.method`.
 * @example
 * \@Span()
 * async reserve(order: Order) { ... }
 */
export function Span(name?: string): MethodDecorator {
  return (target, key, descriptor) => {
    if (name !== undefined) {
      const ofClass = names.get(target) ?? new Map<string, string>();
      names.set(target, ofClass.set(String(key), name));
    }
    weaveMethod(spanWeaving, target, key, descriptor as PropertyDescriptor);
  };
}
