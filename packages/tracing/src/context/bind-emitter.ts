import { type EventEmitter } from 'node:events';

type Listener = (...args: unknown[]) => void;

const ALWAYS = ['on', 'addListener', 'prependListener'] as const;
const ONCE = { once: 'on', prependOnceListener: 'prependListener' } as const;

/**
 * Makes an emitter run every listener that is added from now on as `bind` returns it. A listener can still be removed
 * by itself: Node compares the `listener` property of what was added.
 */
export function bindEmitter<T extends EventEmitter>(
  emitter: T,
  bind: (listener: Listener) => (...args: unknown[]) => unknown,
): T {
  const plain = { on: emitter.on.bind(emitter), prependListener: emitter.prependListener.bind(emitter) };
  for (const method of ALWAYS) {
    const add = emitter[method].bind(emitter);
    emitter[method] = (event, listener) => add(event, Object.assign(bind(listener), { listener }));
  }
  for (const [method, adder] of Object.entries(ONCE) as [keyof typeof ONCE, keyof typeof plain][]) {
    emitter[method] = (event, listener) => {
      const bound = bind(listener);
      const wrapper = (...args: unknown[]) => {
        emitter.removeListener(event, wrapper);
        bound.apply(emitter, args);
      };
      return plain[adder](event, Object.assign(wrapper, { listener }));
    };
  }
  return emitter;
}
