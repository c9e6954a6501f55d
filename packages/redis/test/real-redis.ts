import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually, freePort } from '@rookery/testing';

/** A Redis of a test's own, which can be killed, frozen and started again on the same port. */
export class RealRedis {
  #child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly directory: string,
    private readonly args: readonly string[],
  ) {}

  static async start(...args: string[]): Promise<RealRedis> {
    const redis = new RealRedis(await freePort(), await mkdtemp(join(tmpdir(), 'rookery-redis-')), args);
    await redis.up();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async up(): Promise<void> {
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.directory, '--save', ''];
    this.#child = spawn('redis-server', [...own, ...this.args], { stdio: 'ignore' });
    await eventually('a redis-server that listens', () => accepts(this.port));
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

  /** How many others are connected to it. */
  async clients(): Promise<number> {
    const list = String(await this.command('client', 'list'));
    return list.split('\n').filter((line) => line.includes('name=rookery')).length;
  }

  async command(name: string, ...args: string[]): Promise<unknown> {
    const redis = new Redis(this.url);
    try {
      return await redis.call(name, ...args);
    } finally {
      redis.disconnect();
    }
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
