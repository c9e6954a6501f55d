import { readdirSync } from 'node:fs';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { type Experiment, type Findings } from './experiment.ts';

/** Stands for a number that the experiment does not measure. */
const UNKNOWN = '-';

const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.fault.ts'))
  .map((file) => file.replace('.fault.ts', '').toUpperCase());
const commandLine = readCommandLine(process.argv.slice(2), known);
if (typeof commandLine === 'string') refuse(commandLine);

const experiments = new Map<string, Experiment>();
for (const id of commandLine.ids) {
  const file = (await import(`./${id.toLowerCase()}.fault.ts`)) as { default: Experiment };
  if (commandLine.registryChosen && !file.default.onEveryRegistry)
    refuse(`${id} does not depend on the registry. Leave --registry out.`);
  experiments.set(id, file.default);
}

const summary: string[] = [];
for (const [id, experiment] of experiments) {
  const held = await runAll(id, experiment, commandLine);
  summary.push(`${id} held in ${held} of ${commandLine.runs}`);
  if (held < commandLine.runs) process.exitCode = 1;
}
console.log(summary.join('; '));

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}

/** Resolves with the number of runs in which every figure held. */
async function runAll(
  id: string,
  experiment: Experiment,
  { firstSeed, runs, registry }: CommandLine,
): Promise<number> {
  console.log(`${id}: ${experiment.title}${experiment.onEveryRegistry ? `, registry: ${registry}` : ''}`);
  let held = 0;
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    try {
      held += report(seed, await experiment.run(seed, { registry })) ? 1 : 0;
    } catch (error) {
      // One that broke down must not take the others with it, and is no success.
      console.log(`seed ${seed}`);
      console.log(`  FAILS: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return held;
}

/** Prints what came of a run; whether every figure held. */
function report(seed: number, findings: Findings): boolean {
  const { sent, ok, failed, lost, duplicated, p50, p99, figures } = findings;
  console.log(
    `seed ${seed} sent ${sent} ok ${ok} failed ${failed} lost ${lost ?? UNKNOWN} ` +
      `duplicated ${duplicated ?? UNKNOWN} p50 ${p50?.toFixed(1) ?? UNKNOWN} p99 ${p99?.toFixed(1) ?? UNKNOWN}`,
  );
  for (const [figure, holds] of Object.entries(figures))
    console.log(`  ${holds ? 'holds' : 'FAILS'}: ${figure}`);
  return Object.values(figures).every(Boolean);
}
