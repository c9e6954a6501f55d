import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineProgram, type Place } from './engine-program.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { accepts } from './accepts.js';
import { postgresProgram } from './postgres-program.js';

const PROGRAMS = {
  redis: {
    command: 'redis-server',
    args: ({ port, directory }) => words(`--port ${port} --bind 127.0.0.1`, '--dir', directory, '--save', ''),
  },
  nats: {
    command: 'nats-server',
    args: ({ port, sidePort, directory }) =>
      words(`-a 127.0.0.1 -p ${port} -m ${sidePort} -js`, '-sd', directory),
    ready: ({ sidePort }) => answersWell(`http://127.0.0.1:${sidePort}/healthz`),
  },
  etcd: {
    command: 'etcd',
    args: ({ port, sidePort, directory }) => {
      const clients = `http://127.0.0.1:${port}`;
      const peers = `http://127.0.0.1:${sidePort}`;
      return words(
        `--listen-client-urls ${clients} --advertise-client-urls ${clients}`,
        ...words(`--listen-peer-urls ${peers} --initial-advertise-peer-urls ${peers}`),
        ...words(`--initial-cluster default=${peers}`),
        '--data-dir',
        directory,
      );
    },
    ready: ({ port }) => answersWell(`http://127.0.0.1:${port}/health`),
  },
  postgres: postgresProgram,
} satisfies Record<string, EngineProgram>;

/** How often a program is started that may not be let in at once, some hundredths of a second apart. */
const MOST_STARTS = 100;

/** The engines of which a test can start a server of its own. */
export type StartableEngine = keyof typeof PROGRAMS;

/**
 * A server of a test's own, on loopback and a free port, which can be killed, frozen and started again with its data on
 * the same port. The engine's program has to be installed.
 *
 * @example
 * await using redis = await EngineServer.start('redis');
 * await redis.kill();
 * await redis.up();
 */
export class EngineServer implements AsyncDisposable {
  #child: ChildProcess | undefined;
  #failure: Error | undefined;

  private constructor(
    private readonly program: EngineProgram,
    private readonly place: Place,
    private readonly extraArgs: readonly string[],
  ) {}

  /** Resolves when the server answers. `args` are added to its command line. */
  static async start(engine: StartableEngine, ...args: string[]): Promise<EngineServer> {
    const [port, sidePort] = [await freePort(), await freePort()];
    const directory = await mkdtemp(join(tmpdir(), `rookery-${engine}-`));
    const server = new EngineServer(PROGRAMS[engine], { port, sidePort, directory }, args);
    try {
      await server.up();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  get port(): number {
    return this.place.port;
  }

  /** The port of NATS's monitoring; the port between the members of etcd. The others have none. */
  get sidePort(): number {
    return this.place.sidePort;
  }

  /** Where its data is, which outlives a kill. */
  get directory(): string {
    return this.place.directory;
  }

  /** Starts it, again where it was killed, with the data that it had. Resolves when it answers. */
  async up(): Promise<void> {
    const { command, prepare, ready, lingers = false } = this.program;
    await prepare?.(this.place);
    let child = this.#spawn();
    let starts = 1;
    await eventually(`a ${command} that answers`, () => {
      const ended = child.exitCode !== null;
      // It is not waited for: a program that is not there, or that refuses its arguments, will never answer.
      if (this.#failure || (ended && (!lingers || starts === MOST_STARTS))) return true;
      if (ended) {
        child = this.#spawn();
        starts += 1;
      }
      return ready ? ready(this.place) : accepts(this.place.port);
    });
    if (this.#failure) {
      throw new Error(`${command} cannot be started: ${this.#failure.message}. Is it installed?`);
    }
    if (child.exitCode !== null) throw new Error(`${command} ended with exit code ${child.exitCode}.`);
  }

  #spawn(): ChildProcess {
    const { command, args, runner } = this.program;
    const child = spawn(command, [...args(this.place), ...this.extraArgs], {
      env: process.env,
      stdio: 'ignore',
      ...runner?.(),
    });
    this.#child = child;
    this.#failure = undefined;
    child.once('error', (error) => (this.#failure = error));
    return child;
  }

  /**
   * Sends a signal and resolves at once: `SIGSTOP` freezes it, `SIGCONT` thaws it. PostgreSQL serves each connection by a
   * process of its own, which does not get it.
   */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends it without warning. Resolves when it is gone; its data stays. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Forgets everything that it has stored; it has to be down. */
  async wipe(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
    await mkdir(this.directory, { mode: 0o700 });
  }

  /** Kills it and removes its data. */
  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

function words(line: string, ...more: string[]): string[] {
  return [...line.split(' '), ...more];
}

async function answersWell(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
}
