import { type EngineServer } from '@rookery/testing';
import { Redis } from 'ioredis';

/** The option `url` for a server of a test's own. */
export function urlOf({ port }: EngineServer): string {
  return `redis://127.0.0.1:${port}`;
}

/** How many registries are connected to it. */
export async function clientsOf(server: EngineServer): Promise<number> {
  const list = String(await command(server, 'client', 'list'));
  return list.split('\n').filter((line) => line.includes('name=rookery')).length;
}

export async function command(server: EngineServer, name: string, ...args: string[]): Promise<unknown> {
  const redis = new Redis(urlOf(server));
  try {
    return await redis.call(name, ...args);
  } finally {
    redis.disconnect();
  }
}
