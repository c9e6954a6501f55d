import { parseArgs } from 'node:util';
import { DEFAULT_REGISTRY, REGISTRY_KINDS, type RegistryKind } from './registries.ts';

/** What to run, and how. */
export interface CommandLine {
  /** Names of experiments in capitals, at least one, each of them known. */
  readonly ids: readonly string[];
  readonly firstSeed: number;
  readonly runs: number;
  readonly registry: RegistryKind;
  /** Whether the registry was asked for, so that an experiment that has no use for it can refuse. */
  readonly registryChosen: boolean;
}

/** Reads the command line. A mistake in it is the text that says so. */
export function readCommandLine(args: readonly string[], known: readonly string[]): CommandLine | string {
  const usage =
    'Usage: npm run faults -- <id> [<id> ...] [--seed n] [--runs n] ' +
    `[--registry ${REGISTRY_KINDS.join('|')}]. Experiments: ${known.join(', ')}.`;
  const parsed = parse(args);
  if (!parsed) return usage;
  const { values, positionals } = parsed;
  const ids = positionals.map((id) => id.toUpperCase());
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length > 0) return `There is no experiment ${unknown.join(', ')}. ${usage}`;
  const { registry = DEFAULT_REGISTRY } = values;
  const firstSeed = Number(values.seed ?? Date.now() % 100_000);
  const runs = Number(values.runs ?? 1);
  if (ids.length === 0 || !isRegistry(registry) || !Number.isSafeInteger(firstSeed)) return usage;
  // No run at all would look like one that held.
  if (!Number.isSafeInteger(runs) || runs < 1) return usage;
  return { ids, firstSeed, runs, registry, registryChosen: values.registry !== undefined };
}

function parse(args: readonly string[]) {
  const options = {
    seed: { type: 'string' },
    runs: { type: 'string' },
    registry: { type: 'string' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

function isRegistry(name: string): name is RegistryKind {
  return REGISTRY_KINDS.some((kind) => kind === name);
}
