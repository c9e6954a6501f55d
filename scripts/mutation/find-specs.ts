import { globSync } from 'node:fs';
import { resolve } from 'node:path';

// Its tests of memory collect garbage, which takes longer than a test may while two workers hold every spec in memory.
const LEFT_OUT = '/opossum-defects.spec.ts';

/** The specs that judge the mutants: those of the packages named in `ROOKERY_MUTATION_SPECS`, a glob. */
export function findSpecs(): string[] {
  const pattern = process.env['ROOKERY_MUTATION_SPECS'] ?? 'packages/resilience/{src,test}/**/*.spec.ts';
  const specs = globSync(pattern)
    .map((file) => resolve(file))
    .filter((file) => !file.endsWith(LEFT_OUT))
    .sort();
  if (specs.length === 0) throw new Error(`No spec matches ${pattern}.`);
  return specs;
}
