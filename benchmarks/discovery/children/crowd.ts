import { systemClock } from '@rookery/common';
import { createInstance, leaseFileRegistry } from '@rookery/discovery';
import { instanceOf } from '../ways/way.ts';

/** How many files are written at a time. */
const AT_ONCE = 50;
const LONG_MS = 3_600_000;

/** Many instances of one service, registered for longer than anything takes. */
const [directory = '.', count = '0'] = process.argv.slice(2);
const registry = leaseFileRegistry({ directory });
await registry.open?.();
const sources = { clock: systemClock, random: Math.random };
const { signal } = new AbortController();

for (let n = 0; n < Number(count); n += AT_ONCE) {
  const next = Array.from({ length: AT_ONCE }, (_, i) =>
    createInstance(instanceOf(`crowd-${n + i}`), sources),
  );
  await Promise.all(next.map((instance) => registry.register(instance, LONG_MS, signal)));
}
process.send?.('registered');
process.on('disconnect', () => process.exit());
