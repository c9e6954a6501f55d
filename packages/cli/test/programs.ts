import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/rookery.js', import.meta.url));

/** A program as a process, and what it has printed so far. */
export interface Run {
  readonly process: ChildProcess;
  readonly printed: { out: string; err: string };
  readonly ended: Promise<number | null>;
}

/** Starts programs in one directory, and ends those that are still there. */
export class Programs {
  readonly #runs: Run[] = [];

  constructor(private readonly directory: string) {}

  start(script: string, args: readonly string[], env = process.env): Run {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn(process.execPath, [script, ...args], { cwd: this.directory, env, stdio: [...stdio] });
    const printed = { out: '', err: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed.out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (printed.err += text));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    const run = { process: child, printed, ended };
    this.#runs.push(run);
    return run;
  }

  /** Starts `rookery`. */
  rookery(args: readonly string[], env = process.env): Run {
    return this.start(BIN, args, env);
  }

  /** Runs `rookery` to its end. */
  async finish(args: readonly string[], env = process.env) {
    const run = this.rookery(args, env);
    return { code: await run.ended, ...run.printed };
  }

  async end(): Promise<void> {
    for (const run of this.#runs.splice(0)) {
      run.process.kill('SIGKILL');
      await run.ended;
    }
  }
}
