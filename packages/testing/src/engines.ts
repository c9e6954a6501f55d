import { accepts } from './accepts.js';

/** The servers that engine packages talk to, and the port of 127.0.0.1 on which tests expect each. */
export const ENGINE_PORTS = { postgres: 5432, redis: 6379, rabbitmq: 5672, nats: 4222, etcd: 2379 } as const;

export type Engine = keyof typeof ENGINE_PORTS;

/**
 * Whether an engine's server answers on its standard port. A suite that needs it runs when it does and is skipped, by
 * name, when it does not; with `ROOKERY_REQUIRE_ENGINES=1`, which `npm run test:all` sets, a missing one is an error.
 */
export async function engineAnswers(engine: Engine): Promise<boolean> {
  const port = ENGINE_PORTS[engine];
  const answers = await accepts(port);
  if (!answers && process.env['ROOKERY_REQUIRE_ENGINES'] === '1') {
    throw new Error(
      `${engine} does not answer on 127.0.0.1:${port}. Start it, or run "npm test", which skips its suite.`,
    );
  }
  if (!answers)
    process.stderr.write(`Skipped: what needs ${engine}, which does not answer on 127.0.0.1:${port}.\n`);
  return answers;
}
