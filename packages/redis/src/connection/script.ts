import { createHash } from 'node:crypto';
import { messageOf } from '@rookery/common';
import { type Redis } from 'ioredis';

/** A Lua script that the server runs in one piece. It is sent once; from then on only its name is. */
export class Script {
  readonly #name: string;

  constructor(private readonly source: string) {
    this.#name = createHash('sha1').update(source).digest('hex');
  }

  async run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#name, keys.length, ...keys, ...args);
    } catch (error) {
      // A server that was started again has forgotten it.
      if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.source, keys.length, ...keys, ...args);
    }
  }
}
