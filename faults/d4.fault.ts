import { join } from 'node:path';
import { seededRandom } from '@rookery/common/testing';
import { eventually, FleetHarness, type FleetProcess } from '@rookery/testing';
import { type Experiment } from './experiment.ts';
import { bootHybridCaller, type HybridCaller } from './fixtures/hybrid-caller.ts';
import { startLoad } from './fixtures/load-while.ts';
import { pause } from './fixtures/pause.ts';
import { openRegistryPlace } from './fixtures/registry-place.ts';
import { steadyTime } from './fixtures/steady-time.ts';
import { summarize } from './fixtures/summary.ts';

/** Of each client; there are three. */
const RATE_EACH = 60;
const REPLICAS = 2;
/** One after the other; for each that comes, the oldest one is stopped. */
const NEWCOMERS = 3;
const FIRST_CALL_MS = 1_000;

/**
 * Replicas come and go while they are called over HTTP, with our gRPC client and with Nest's own at a `rookery:` url. It is
 * measured from the moment at which a new one listens to the end of the first call that it has answered.
 */
const d4: Experiment = {
  title: `new instances under ${3 * RATE_EACH} calls a second over HTTP and gRPC, and old ones that stop`,
  onEveryRegistry: true,
  async run(seed, options) {
    const random = seededRandom(seed);
    await using registry = await openRegistryPlace(options.registry);
    await using fleet = await FleetHarness.create();
    let born = 0;
    const start = () =>
      fleet.start({
        name: `worker-${(born += 1)}`,
        script: join(import.meta.dirname, 'fixtures', 'hybrid-replica.ts'),
        args: [registry.place],
      });
    const running = Array.from({ length: REPLICAS }, start);
    await using caller = await bootHybridCaller(registry.place);
    await eventually(
      'all replicas are registered',
      async () => (await caller.registry.discover('worker').catch(() => [])).length === 2 * REPLICAS,
      { within: 30_000 },
    );
    const firstAnswers = new FirstAnswers();
    const clients = Object.keys(caller.calls);
    const slowest: Record<string, number> = Object.fromEntries(clients.map((client) => [client, 0]));
    await Promise.all(Object.values(caller.calls).map(warmUp));
    // Only when all are warm: one that fails before must not leave the loads of the others behind.
    const loads = Object.entries(caller.calls).map(([client, call]) =>
      startLoad(RATE_EACH, () => firstAnswers.note(client, call)),
    );
    try {
      for (let n = 0; n < NEWCOMERS; n += 1) {
        await pause((1 + random()) * 1_000);
        const newcomer = start();
        running.push(newcomer);
        const listensAt = await listening(newcomer);
        for (const client of clients) {
          const at = await eventually(
            `${newcomer.name} is called by ${client}`,
            () => firstAnswers.of(client, newcomer.pid),
            { within: 10_000 },
          );
          slowest[client] = Math.max(slowest[client] ?? 0, at - listensAt);
        }
        await running.shift()?.stop();
      }
      await pause(1_000);
    } finally {
      await Promise.all(loads.map((load) => load.end()));
    }
    const calls = (await Promise.all(loads.map((load) => load.end()))).flat();
    return summarize(
      calls,
      Object.fromEntries(
        clients.map((client) => [
          `${client}: first answer of a new instance ${slowest[client]?.toFixed(0)} ms after it listens, at most ${FIRST_CALL_MS}`,
          (slowest[client] ?? Infinity) <= FIRST_CALL_MS,
        ]),
      ),
    );
  },
};

export default d4;

/** When each client was first answered by each process. */
class FirstAnswers {
  readonly #at = new Map<string, number>();

  async note(client: string, call: HybridCaller['calls'][string]): Promise<void> {
    const { pid } = await call();
    const key = `${client} ${pid}`;
    if (!this.#at.has(key)) this.#at.set(key, steadyTime());
  }

  of(client: string, pid: number | undefined): number | undefined {
    return this.#at.get(`${client} ${pid}`);
  }
}

async function warmUp(call: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < 100; n += 1) await call();
}

async function listening(replica: FleetProcess): Promise<number> {
  const line = await eventually(
    `${replica.name} listens`,
    () => replica.lines.find((one) => one.startsWith('listens ')),
    { within: 30_000 },
  );
  return Number(line.split(' ')[1]);
}
