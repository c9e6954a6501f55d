import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Suite } from './suite.ts';

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''));
const [name] = positionals;

if (!name || !known.includes(name)) {
  console.error(`Usage: npm run bench -- <suite> [--json]. Suites: ${known.join(', ')}.`);
  process.exit(2);
}

const suite = (await import(`./${name}.bench.ts`)) as { default: Suite };
const cases = await suite.default();

if (values.json) {
  console.log(JSON.stringify({ suite: name, cases }));
} else {
  console.table(
    Object.fromEntries(
      Object.entries(cases).map(([key, { value, unit, ratio, against }]) => [
        key,
        { value: `${value.toFixed(1)} ${unit}`, ratio: ratio.toFixed(2), against },
      ]),
    ),
  );
}
