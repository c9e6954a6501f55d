import { parseArgs } from 'node:util';
import { messageOf, parseDuration } from '@rookery/common';
import { UsageError } from './errors/usage.error.js';

/** What the user wants, checked. */
export interface CommandLine {
  readonly command: Command | 'help';
  /** Names of services; empty for all. */
  readonly services: readonly string[];
  readonly json: boolean;
  /** `<module>#<export>`. */
  readonly registry: string | undefined;
  readonly directory: string | undefined;
  readonly namespace: string | undefined;
  readonly intervalMs: number;
  /** How many tables `top` prints; unset for no end. */
  readonly count: number | undefined;
}

export const COMMANDS = ['instances', 'watch', 'top'] as const;
export type Command = (typeof COMMANDS)[number];

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  registry: { type: 'string' },
  directory: { type: 'string' },
  namespace: { type: 'string' },
  interval: { type: 'string' },
  count: { type: 'string' },
} as const;

/** The shortest interval in milliseconds: a registry is not to be busy with those who look at it. */
const SHORTEST_INTERVAL_MS = 100;
const DEFAULT_INTERVAL_MS = 1_000;

/** Reads the arguments after the program's name; throws a `UsageError`. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const [command, ...services] = positionals;
  const { json = false, registry, directory, namespace } = values;
  if (registry !== undefined && (directory !== undefined || namespace !== undefined))
    throw new UsageError(
      '--directory and --namespace are about lease files: leave them out with --registry.',
    );
  if (command !== 'top' && (values.interval !== undefined || values.count !== undefined))
    throw new UsageError('--interval and --count are about top.');
  const rest = { services, json, registry, directory, namespace };
  const pace = { intervalMs: readInterval(values.interval), count: readCount(values.count) };
  return { command: values.help ? 'help' : readCommand(command), ...rest, ...pace };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${messageOf(error).replace(/\.?\s*$/, '')}.`);
  }
}

function readCommand(given: string | undefined): Command | 'help' {
  if (given === undefined || given === 'help') return 'help';
  const command = COMMANDS.find((known) => known === given);
  if (command) return command;
  throw new UsageError(`There is no command ${JSON.stringify(given)}. Commands: ${COMMANDS.join(', ')}.`);
}

function readInterval(given: string | undefined): number {
  if (given === undefined) return DEFAULT_INTERVAL_MS;
  const ms = parseDuration(given);
  if (ms !== undefined && ms >= SHORTEST_INTERVAL_MS) return ms;
  throw new UsageError(`--interval ${JSON.stringify(given)}: Use a duration of at least 100 ms such as 2s.`);
}

function readCount(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new UsageError(`--count ${JSON.stringify(given)}: Use a whole number of at least 1.`);
}
