import { execution } from '../../test/executions.js';
import { type Policy } from './policy.js';
import { compose, STAGES } from './stages.js';

describe('the stages of a pipeline', () => {
  it('are nested in their order, whatever the order they are given in', async () => {
    const entered: string[] = [];
    const layer = (name: string): Policy => ({
      execute(inner, next) {
        entered.push(name);
        return next(inner);
      },
    });
    const all = STAGES.toReversed().map((name) => [name, layer(name)]);
    const run = compose(Object.fromEntries(all), async () => entered.push('call'));
    await run(execution());
    expect(entered).toEqual([
      'fallback',
      'totalTimeout',
      'coalesce',
      'retry',
      'hedge',
      'adaptiveThrottle',
      'rateLimit',
      'bulkhead',
      'concurrencyLimit',
      'circuitBreaker',
      'attemptTimeout',
      'chaos',
      'call',
    ]);
  });

  it('that are missing are not there', () => {
    const innermost = async () => 'ok';
    expect(compose({}, innermost)).toBe(innermost);
  });
});
