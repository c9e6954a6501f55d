import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Experiment } from './experiment.ts';

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string' }, runs: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.fault.ts'))
  .map((file) => file.replace('.fault.ts', '').toUpperCase());
const id = positionals[0]?.toUpperCase();

if (!id || !known.includes(id)) {
  console.error(`Usage: npm run faults -- <id> [--seed n] [--runs n]. Experiments: ${known.join(', ')}.`);
  process.exit(2);
}

const { default: experiment } = (await import(`./${id.toLowerCase()}.fault.ts`)) as { default: Experiment };
console.log(`${id}: ${experiment.title}`);

const firstSeed = Number(values.seed ?? Date.now() % 100_000);
let held = true;
for (let run = 0; run < Number(values.runs); run += 1) {
  const seed = firstSeed + run;
  const { sent, ok, failed, lost, duplicated, p50, p99, figures } = await experiment.run(seed);
  console.log(
    `seed ${seed} sent ${sent} ok ${ok} failed ${failed} lost ${lost} duplicated ${duplicated} ` +
      `p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)}`,
  );
  for (const [figure, holds] of Object.entries(figures)) {
    console.log(`  ${holds ? 'holds' : 'FAILS'}: ${figure}`);
    held &&= holds;
  }
}
process.exitCode = held ? 0 : 1;
