import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

/** A namespace that no other test has. */
export function newNamespace(): string {
  return `test-${randomUUID()}`;
}

/** Removes everything that a namespace holds, and says which keys those were. */
export async function removeNamespace(url: string, namespace: string): Promise<string[]> {
  const redis = new Redis(url);
  try {
    const keys = await redis.keys(`rookery:{${namespace}}:*`);
    if (keys.length > 0) await redis.del(...keys);
    return keys;
  } finally {
    redis.disconnect();
  }
}
