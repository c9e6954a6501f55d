import { parseArgs } from 'node:util';
import { is, messageOf, parseDuration } from '@rookery/common';
import { UsageError } from './errors/usage.error.js';

/** What the user wants, checked. */
export interface CommandLine {
  readonly command: Command | 'help' | 'version';
  /** Names of services; empty for all. Of `drain` at most one. */
  readonly services: readonly string[];
  readonly json: boolean;
  /** `<module>#<export>`. */
  readonly registry: string | undefined;
  readonly directory: string | undefined;
  readonly namespace: string | undefined;
  readonly intervalMs: number;
  /** How many tables `top` prints; unset for no end. */
  readonly count: number | undefined;
  /** The id of the instance that `drain` is about; empty for the other commands. */
  readonly instance: string;
  /** Whether `drain` is to be undone. */
  readonly undo: boolean;
  /** How long `drain` waits for the answer. */
  readonly timeoutMs: number;
}

/** Another way to say `drain --undo`. */
const UNDRAIN = 'undrain';

export const COMMANDS = ['instances', 'watch', 'top', 'drain'] as const;
export type Command = (typeof COMMANDS)[number];

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  json: { type: 'boolean' },
  registry: { type: 'string' },
  directory: { type: 'string' },
  namespace: { type: 'string' },
  interval: { type: 'string' },
  count: { type: 'string' },
  undo: { type: 'boolean' },
  service: { type: 'string' },
  timeout: { type: 'string' },
} as const;

/** The options that one command alone has. */
const OWN_OPTIONS = { top: ['interval', 'count'], drain: ['undo', 'service', 'timeout'] } as const;

/** The shortest interval or timeout in milliseconds: a registry is not to be busy with those who look at it. */
const SHORTEST_MS = 100;
const LONGEST_TIMEOUT_MS = 3_600_000;
const DEFAULT_INTERVAL_MS = 1_000;
const DEFAULT_TIMEOUT_MS = 10_000;

/** Reads the arguments after the program's name; throws a `UsageError`. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const [given, ...names] = positionals;
  const command = given === UNDRAIN ? 'drain' : given;
  const { json = false, registry, directory, namespace } = values;
  if (registry !== undefined && (directory !== undefined || namespace !== undefined))
    throw new UsageError(
      '--directory and --namespace are about lease files: leave them out with --registry.',
    );
  refuseForeignOptions(command, values);
  const pace = { intervalMs: readInterval(values.interval), count: readCount(values.count) };
  const undo = given === UNDRAIN || (values.undo ?? false);
  const wish = { undo, timeoutMs: readTimeout(values.timeout) };
  const asked = values.help ? 'help' : values.version ? 'version' : readCommand(command);
  const whom = asked === 'drain' ? readInstance(names, values.service) : { services: names, instance: '' };
  if (asked !== 'help') refuseImpossibleNames(whom.services);
  return { command: asked, ...whom, json, registry, directory, namespace, ...pace, ...wish };
}

/** Nobody can ever be registered under such a name, which is no answer to "who is there". */
function refuseImpossibleNames(services: readonly string[]): void {
  const problems: string[] = [];
  for (const name of services) is.serviceName(name, '', problems);
  if (problems.length > 0) throw new UsageError(problems.join(' '));
}

function refuseForeignOptions(command: string | undefined, values: Readonly<Record<string, unknown>>): void {
  for (const [owner, options] of Object.entries(OWN_OPTIONS)) {
    if (command === owner || options.every((option) => values[option] === undefined)) continue;
    const names = options.map((option) => `--${option}`);
    throw new UsageError(`${names.slice(0, -1).join(', ')} and ${names.at(-1)} are about ${owner}.`);
  }
}

function readInstance(
  [instance, ...more]: readonly string[],
  service: string | undefined,
): Pick<CommandLine, 'services' | 'instance'> {
  if (instance === undefined || instance === '' || more.length > 0)
    throw new UsageError('drain is about one instance: give it the id of one.');
  return { instance, services: service === undefined ? [] : [service] };
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
  if (ms !== undefined && ms >= SHORTEST_MS) return ms;
  throw new UsageError(`--interval ${JSON.stringify(given)}: Use a duration of at least 100 ms such as 2s.`);
}

function readTimeout(given: string | undefined): number {
  if (given === undefined) return DEFAULT_TIMEOUT_MS;
  const ms = parseDuration(given);
  if (ms !== undefined && ms >= SHORTEST_MS && ms <= LONGEST_TIMEOUT_MS) return ms;
  throw new UsageError(`--timeout ${JSON.stringify(given)}: Use a duration from 100 ms to 1h such as 30s.`);
}

function readCount(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new UsageError(`--count ${JSON.stringify(given)}: Use a whole number of at least 1.`);
}
