import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { hostNow } from './host-clock.ts';

/** Nothing takes this long, not even the start of a large fleet on a machine that is busy. */
const PATIENCE_MS = 60_000;

/** A script of this folder in a process of its own, which reports by messages. It ends with this process. */
export class Child<Command extends object, Report> {
  readonly #script: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(script: string, ...args: string[]) {
    this.#script = script;
    this.#process = fork(join(import.meta.dirname, script), args);
    this.#exited = once(this.#process, 'exit');
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The first report from now on that matches. Rejects when the child ends, or says nothing of the kind for long. */
  next(what: string, matches: (report: Report) => boolean = () => true): Promise<Report> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        this.#process.off('message', onMessage).off('exit', onExit);
        end();
      };
      const fail = (why: string) =>
        settle(() => reject(new Error(`${this.#script} has not told that ${what}: ${why}.`)));
      const onExit = () => fail('it has ended');
      const onMessage = (message: unknown) => {
        if (matches(message as Report)) settle(() => resolve(message as Report));
      };
      const timer = setTimeout(() => fail(`not within ${PATIENCE_MS} ms`), PATIENCE_MS);
      this.#process.on('message', onMessage).on('exit', onExit);
    });
  }

  send(command: Command): void {
    this.#process.send(command);
  }

  /** Sends a command and resolves with the next report. */
  ask(command: Command): Promise<Report> {
    const answer = this.next(`it has done ${JSON.stringify(command)}`);
    this.send(command);
    return answer;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Kills it, and resolves once it is gone with the moment at which that was asked for. */
  async kill(): Promise<number> {
    const at = hostNow();
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGKILL');
      await this.#exited;
    }
    return at;
  }
}
