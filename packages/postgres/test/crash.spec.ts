import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@rookery/common/testing';
import { engineAnswers, eventually } from '@rookery/testing';
import { dropSchema, newSchema, SERVER, sql } from './real-postgres.js';

const describeWithPostgres = (await engineAnswers('postgres')) ? describe : describe.skip;

const ROUNDS = 8;
const program = fileURLToPath(new URL('./fixtures/node.mjs', import.meta.url));
const schema = newSchema();
const running = new Set<ChildProcess>();
const acknowledged: string[] = [];
let complaints = '';
let names = 0;

type Role = 'publish' | 'consume';

/** A process that has published its first events, or is ready to consume: there is something to interrupt. */
async function startWorking(role: Role): Promise<ChildProcess> {
  names += 1;
  const child = spawn(process.execPath, [program, role, SERVER, schema, `p${names}`]);
  running.add(child);
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (role === 'publish') acknowledged.push(...lines);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  running.delete(child);
  expect(child.exitCode).toBeNull();
  // `close` comes when the output is read to its end, which `exit` does not wait for.
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

describeWithPostgres('processes that are killed at any moment', () => {
  beforeAll(() => sql(`CREATE TABLE ${schema}_effect (id text PRIMARY KEY, runs integer NOT NULL)`));
  afterAll(async () => {
    await Promise.all([...running].map(kill));
    await sql(`DROP TABLE ${schema}_effect`);
    await dropSchema(schema);
  });

  it('lose no acknowledged event, and each takes effect once', async () => {
    await startWorking('consume');
    const random = seededRandom(20_261_123);
    const roles: readonly Role[] = ['publish', 'publish', 'consume'];
    const fleet = await Promise.all(roles.map(async (role) => ({ role, child: await startWorking(role) })));
    for (let round = 0; round < ROUNDS; round += 1) {
      await pause(20 + random() * 300);
      const victim = fleet[Math.floor(random() * fleet.length)];
      if (!victim) continue;
      await kill(victim.child);
      victim.child = await startWorking(victim.role);
    }
    await Promise.all(fleet.map(({ child }) => kill(child)));
    // The consumer that was never killed takes over from the others: the server tells it that they are gone.
    await eventually(
      'all are handled',
      async () => (await sql(`SELECT 1 FROM ${schema}.delivery LIMIT 1`)).length === 0,
      { within: 20_000 },
    );
    await Promise.all([...running].map(kill));

    expect(complaints).toBe('');
    expect(acknowledged.length).toBeGreaterThan(100);
    const effects = await sql<{ id: string }>(`SELECT id FROM ${schema}_effect`);
    const done = new Set(effects.map(({ id }) => id));
    expect(acknowledged.filter((id) => !done.has(id))).toEqual([]);
    expect(await sql(`SELECT 1 FROM ${schema}.dead_letter`)).toEqual([]);
    expect(await sql(`SELECT count(*)::int AS n FROM ${schema}.log`)).toEqual([{ n: done.size }]);
  }, 60_000);
});
