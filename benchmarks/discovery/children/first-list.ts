import { leaseFileRegistry, ServiceRegistry } from '@rookery/discovery';
import { heapUsed } from '../../heap.ts';
import { type FirstList } from '../messages.ts';
import { readAll } from '../ways/raw-files.ts';

/** Reads a list for the first time in the life of a process, by our registry or from the files, and keeps it. */
const [how, directory = '.'] = process.argv.slice(2);

async function watched() {
  const registry = new ServiceRegistry({ backend: leaseFileRegistry({ directory }) });
  await registry.watch('users')[Symbol.asyncIterator]().next();
  return () => registry.snapshot('users')?.instances.length ?? 0;
}

async function parsed() {
  const all = await readAll(directory);
  return () => all.size;
}

const before = await heapUsed();
const start = performance.now();
const count = await (how === 'ours' ? watched() : parsed());
const ms = performance.now() - start;
const bytes = (await heapUsed()) - before;
process.send?.({ ms, bytes, count: count() } satisfies FirstList);
process.on('disconnect', () => process.exit());
