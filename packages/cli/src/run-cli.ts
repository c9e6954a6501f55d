import { systemCode } from '@rookery/common';
import { main } from './main.js';

/**
 * Runs the command line of this process and ends the process with its exit code. Ctrl-C, and a reader that has seen
 * enough (`rookery watch | head -3`), are the usual ends of a command that has none.
 */
export async function runCli(): Promise<void> {
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort());
  process.stdout.on('error', (error) => {
    if (systemCode(error) !== 'EPIPE') throw error;
    end.abort();
  });
  const code = await main({
    args: process.argv.slice(2),
    cwd: process.cwd(),
    signal: end.signal,
    terminal: {
      out: (line) => void process.stdout.write(`${line}\n`),
      err: (line) => void process.stderr.write(`${line}\n`),
      interactive: process.stdout.isTTY,
    },
  });
  // A registry of another package may keep its connection open.
  await new Promise((resolve) => process.stdout.write('', resolve));
  process.exit(code);
}
