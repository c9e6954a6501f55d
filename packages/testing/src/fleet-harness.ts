import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetProcess, type ProcessSpec } from './fleet-process.js';

export interface FleetOptions {
  /** Environment variables of every process, on top of the current ones. */
  env?: Readonly<Record<string, string>>;
  /** Called with each line that a process writes. */
  onLine?: (line: string, process: FleetProcess) => void;
}

/**
 * Runs several services as real processes of this machine, so that a test can kill, freeze and restart them.
 *
 * @example
 * await using fleet = await FleetHarness.create();
 * const users = fleet.start({ name: 'users-1', script: 'dist/apps/user-service/main.js' });
 * await users.kill();
 */
export class FleetHarness implements AsyncDisposable {
  readonly #processes: FleetProcess[] = [];

  private constructor(
    /** A directory of the fleet's own; it is removed when the fleet stops. */
    readonly directory: string,
    private readonly options: FleetOptions,
  ) {}

  /** A fleet without processes, in a new directory. */
  static async create(options: FleetOptions = {}): Promise<FleetHarness> {
    return new FleetHarness(await mkdtemp(join(tmpdir(), 'rookery-fleet-')), options);
  }

  /** Every process that was started, in that order, including those that have ended. */
  get processes(): readonly FleetProcess[] {
    return this.#processes;
  }

  /** Starts a process. */
  start(spec: ProcessSpec): FleetProcess {
    const env = { ...process.env, ...this.options.env, ...spec.env };
    const started = new FleetProcess(spec, env, this.options.onLine ?? (() => {}));
    this.#processes.push(started);
    return started;
  }

  /** Stops every process and removes the fleet's directory. */
  async stop(graceMs?: number): Promise<void> {
    await Promise.all(this.#processes.map((running) => running.stop(graceMs)));
    await rm(this.directory, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
