import { randomBytes } from 'node:crypto';
import { ENGINE_PORTS } from '@rookery/testing';
import pg from 'pg';

/** The server that tests use, as somebody who may create schemas. */
export const SERVER =
  process.env['ROOKERY_POSTGRES_URL'] ?? `postgres://postgres@127.0.0.1:${ENGINE_PORTS.postgres}/postgres`;

export function newSchema(): string {
  return `rookery_test_${randomBytes(6).toString('hex')}`;
}

/** Runs statements as somebody from outside. */
export async function sql<Row extends object>(text: string, url = SERVER): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

export async function dropSchema(schema: string): Promise<void> {
  await sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
}

/** Counts the statements under way, so that a virtual clock can wait for them. */
export function watchStatements(): { settled(): Promise<void>; restore(): void; readonly made: number } {
  let running = 0;
  let made = 0;
  const watch = ({ prototype }: typeof pg.Pool | typeof pg.Client) => {
    const original = Reflect.get(prototype, 'query') as (...args: unknown[]) => unknown;
    Reflect.set(prototype, 'query', function (this: object, ...args: unknown[]) {
      const result = Reflect.apply(original, this, args);
      if (!(result instanceof Promise)) return result;
      running += 1;
      made += 1;
      return result.finally(() => (running -= 1));
    });
    return () => void Reflect.set(prototype, 'query', original);
  };
  // That of a pool asks that of a client with a callback.
  const restores = [watch(pg.Pool), watch(pg.Client)];
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    get made() {
      return made;
    },
    // Two quiet turns: what a statement's answer sets going has begun by then.
    async settled() {
      for (let quiet = 0; quiet < 2; quiet = running === 0 ? quiet + 1 : 0) await turn();
    },
    restore: () => restores.forEach((restore) => restore()),
  };
}
