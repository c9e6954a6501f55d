import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort } from '@rookery/testing';

/** A NATS server of a test's own, which can be killed, frozen and started again on the same port. */
export class RealNats {
  #child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly monitor: number,
    private readonly directory: string,
    private readonly args: readonly string[],
  ) {}

  static async start(...args: string[]): Promise<RealNats> {
    const directory = await mkdtemp(join(tmpdir(), 'rookery-nats-'));
    const nats = new RealNats(await freePort(), await freePort(), directory, args);
    await nats.up();
    return nats;
  }

  get servers(): string[] {
    return [`127.0.0.1:${this.port}`];
  }

  async up(): Promise<void> {
    const ports = ['-p', String(this.port), '-m', String(this.monitor)];
    const own = ['-a', '127.0.0.1', ...ports, '-js', '-sd', this.directory];
    this.#child = spawn('nats-server', [...own, ...this.args], { stdio: 'ignore' });
    await eventually('a nats-server that is ready', async () => (await this.#ask('healthz')).ok);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Forgets everything that it had stored; it has to be down. */
  async wipe(): Promise<void> {
    await rm(join(this.directory, 'jetstream'), { recursive: true, force: true });
  }

  /** How many are connected to it. */
  async clients(): Promise<number> {
    const { num_connections } = (await (await this.#ask('connz')).json()) as { num_connections: number };
    return num_connections;
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  #ask(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.monitor}/${path}`);
  }
}
