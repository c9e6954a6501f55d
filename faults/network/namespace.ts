import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A network of its own, with addresses and rules that nobody else has. It has no name that could be left behind: the kernel
 * removes it, and all links that lead to it, with the last process in it. A process holds it that ends when this one does,
 * however that happens.
 */
export class Namespace implements AsyncDisposable {
  /**
   * The command that starts another one in this network. What it starts is killed with this process: it would keep the
   * network otherwise.
   */
  readonly entry: readonly string[];
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess) {
    const enter = ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--'];
    this.#holder = holder;
    this.entry = ['setpriv', '--pdeathsig', 'KILL', ...enter];
  }

  static async open(): Promise<Namespace> {
    const holder = spawn('unshare', ['--net', '--', 'sh', '-c', 'echo held; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await Promise.race([once(holder.stdout, 'data'), ended(holder)]);
    await using opened = new AsyncDisposableStack();
    const namespace = opened.use(new Namespace(holder));
    await namespace.run('ip', 'link', 'set', 'lo', 'up');
    opened.move();
    return namespace;
  }

  /** The process whose network it is, which is how links to it are made. */
  get pid(): string {
    return String(this.#holder.pid);
  }

  /** Runs a command in it, and resolves with what it has written. */
  async run(command: string, ...args: string[]): Promise<string> {
    const [entry = '', ...rest] = this.entry;
    return (await run(entry, [...rest, command, ...args])).stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#holder.exitCode !== null || this.#holder.signalCode !== null) return;
    this.#holder.stdin?.end();
    await once(this.#holder, 'exit');
  }
}

async function ended(holder: ChildProcess): Promise<never> {
  await once(holder, 'exit');
  throw new Error('No network namespace could be made.');
}
