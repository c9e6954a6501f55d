import { type Clock, isRookeryError, messageOf, systemClock } from '@rookery/common';
import { type Command, readCommandLine } from './command-line.js';
import { drainInstance } from './commands/drain.js';
import { listInstances } from './commands/instances.js';
import { showTop } from './commands/top.js';
import { watchInstances } from './commands/watch.js';
import { openRegistry } from './open-registry.js';
import { type Session } from './session.js';
import { printable, type Terminal, withoutCredentials } from './terminal.js';
import { USAGE } from './usage.js';
import { ownVersion } from './version.js';

/** Like those of grep: a script can tell "nobody" from "nobody knows". */
export const EXIT_CODES = { done: 0, nothingFound: 1, failed: 2 } as const;

/** What the program gets from the process that it runs in. */
export interface MainParts {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly terminal: Terminal;
  /** Aborts when the user has seen enough. */
  readonly signal: AbortSignal;
  /** Default: the system's clock. */
  readonly clock?: Clock;
}

/** Each returns whether it found what was asked for. */
const COMMANDS: Record<Command, (session: Session) => Promise<boolean>> = {
  instances: listInstances,
  watch: watchInstances,
  top: showTop,
  drain: drainInstance,
};

/** Runs one command line; resolves to its exit code. */
export async function main({ args, cwd, signal, clock = systemClock, ...parts }: MainParts): Promise<number> {
  const terminal = guarded(parts.terminal);
  try {
    const line = readCommandLine(args);
    if (line.command === 'help' || line.command === 'version') {
      terminal.out(line.command === 'help' ? USAGE : ownVersion());
      return EXIT_CODES.done;
    }
    const backend = await openRegistry(line, cwd);
    const found = await COMMANDS[line.command]({ ...line, backend, terminal, clock, signal });
    return found ? EXIT_CODES.done : EXIT_CODES.nothingFound;
  } catch (error) {
    if (signal.aborted) return EXIT_CODES.done;
    const about = isRookeryError(error) ? '' : 'The registry cannot be read: ';
    terminal.err(`rookery: ${about}${messageOf(error)}`);
    return EXIT_CODES.failed;
  }
}

/** Messages quote what users and registries have written, which neither moves the cursor nor tells a password. */
function guarded(terminal: Terminal): Terminal {
  const { interactive } = terminal;
  return {
    interactive,
    out: (line) => terminal.out(line),
    err: (line) => terminal.err(printable(withoutCredentials(line))),
  };
}
