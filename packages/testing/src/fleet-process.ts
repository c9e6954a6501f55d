import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How to start a process of the fleet. */
export interface ProcessSpec {
  /** How the fleet's story names it, such as `user-service-1`. */
  readonly name: string;
  /** The script to run, with the Node that runs the fleet. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Environment variables on top of the fleet's own. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * A command that starts another one, with its arguments, under which Node is started, such as `['nice', '-n', '5']`. It has to
   * become Node, and not to wait for it: signals go to what it has become. Default: none.
   */
  readonly under?: readonly string[];
}

/** A process that was started, and can be broken. */
export class FleetProcess {
  /** The last lines it wrote to its standard output and error, oldest first. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(
    readonly spec: ProcessSpec,
    env: NodeJS.ProcessEnv,
    onLine: (line: string, process: FleetProcess) => void,
  ) {
    const { script, args = [], under = [] } = spec;
    const [command = '', ...rest] = [...under, process.execPath, script, ...args];
    this.#child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'exit');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        if (this.lines.length > LINES_KEPT) this.lines.shift();
        onLine(line, this);
      });
    }
  }

  get name(): string {
    return this.spec.name;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Its exit code; `null` while it runs and when a signal ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Sends a signal and resolves at once. Does nothing to a process that has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** Ends it without warning, as a crash would, and resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited();
  }

  /** Asks it to stop; kills it when it has not within `graceMs`. Resolves when it is gone. */
  async stop(graceMs = 10_000): Promise<void> {
    // A stopped process would not see the request.
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.exited();
    clearTimeout(timer);
  }

  /** Resolves when the process has ended. */
  async exited(): Promise<void> {
    if (this.running) await this.#exited;
  }
}

const LINES_KEPT = 500;
