import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { currentContext, runInContext } from '@rookery/common';
import { EventEmitter } from 'node:events';
import { callContextManager as manager } from './call-context-manager.js';

const KEY = createContextKey('test');
const context = ROOT_CONTEXT.setValue(KEY, 'set');
const value = () => manager.active().getValue(KEY);

describe('the context manager', () => {
  it('keeps the context across awaits and timers, beside what the call context holds already', async () => {
    await runInContext({ deadline: 5 }, () =>
      manager.with(context, async () => {
        await Promise.resolve();
        await new Promise((resolve) => setTimeout(resolve, 1));
        expect(value()).toBe('set');
        expect(currentContext().deadline).toBe(5);
      }),
    );
    expect(manager.active()).toBe(ROOT_CONTEXT);
  });

  it('passes this, the arguments and the result through', () => {
    const result = manager.with(
      context,
      function (this: string, a: number, b: number) {
        return `${this}${a}${b}`;
      },
      'x',
      1,
      2,
    );
    expect(result).toBe('x12');
  });

  it('binds a function to the context and to the call it was bound in', () => {
    const bound = runInContext({ deadline: 5 }, () =>
      manager.bind(context, (a: number) => [a, value(), currentContext().deadline]),
    );
    expect(runInContext({ deadline: 9 }, () => bound(1))).toEqual([1, 'set', 5]);
    expect(bound).toHaveLength(1);
    expect(value()).toBeUndefined();
  });

  it('binds listeners of an emitter, which can still be removed and fire once', () => {
    const seen: unknown[] = [];
    const emitter = manager.bind(context, new EventEmitter());
    const listener = () => seen.push(value());
    emitter.on('tick', listener);
    emitter.once('tick', listener);
    emitter.prependOnceListener('tick', listener);
    emitter.emit('tick');
    expect(seen).toEqual(['set', 'set', 'set']);
    emitter.emit('tick');
    expect(seen).toHaveLength(4);
    emitter.off('tick', listener);
    emitter.once('tick', listener);
    emitter.off('tick', listener);
    expect(emitter.listenerCount('tick')).toBe(0);
  });

  it('leaves what is neither a function nor an emitter alone', () => {
    const target = {};
    expect(manager.bind(context, target)).toBe(target);
  });
});
