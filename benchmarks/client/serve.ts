import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A server in a process of its own. */
export interface Served {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a server of this suite, by default that of HTTP. */
export async function serve(file = 'server.ts'): Promise<Served> {
  const child = fork(join(import.meta.dirname, file));
  const exited = once(child, 'exit');
  const [port] = (await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`The server ended with ${String(code)}.`))),
  ])) as [number];
  const stop = async () => {
    child.kill();
    await exited;
  };
  return { port, stop };
}
