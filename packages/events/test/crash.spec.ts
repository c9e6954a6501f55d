import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@rookery/common/testing';

const ROUNDS = 12;
const program = fileURLToPath(new URL('./fixtures/node.mjs', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'rookery-crash-'));
const events = join(directory, 'events.db');
const effects = join(directory, 'effects.db');
const running = new Set<ChildProcess>();
const acknowledged: string[] = [];
let complaints = '';
let names = 0;

function start(role: 'publish' | 'consume'): ChildProcessWithoutNullStreams {
  names += 1;
  const child = spawn(process.execPath, [program, role, events, effects, `p${names}`]);
  running.add(child);
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (role === 'publish') acknowledged.push(...lines);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  return child;
}

/** A process that has published its first events, or is ready to consume: there is something to interrupt. */
async function startWorking(role: 'publish' | 'consume'): Promise<ChildProcess> {
  const child = start(role);
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

function read<T>(file: string, sql: string): T[] {
  const db = new DatabaseSync(file, { timeout: 5_000 });
  try {
    return db.prepare(sql).all() as T[];
  } finally {
    db.close();
  }
}

describe('processes that are killed at any moment', () => {
  afterAll(async () => {
    await Promise.all([...running].map(kill));
    rmSync(directory, { recursive: true });
  });

  it('lose no acknowledged event, and each takes effect once', async () => {
    const db = new DatabaseSync(effects);
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE effect (id TEXT PRIMARY KEY, runs INTEGER NOT NULL)');
    db.close();
    await startWorking('consume');
    const random = seededRandom(20_261_122);
    const roles = ['publish', 'publish', 'consume'] as const;
    const fleet = await Promise.all(roles.map(async (role) => ({ role, child: await startWorking(role) })));
    for (let round = 0; round < ROUNDS; round += 1) {
      await pause(20 + random() * 300);
      const victim = fleet[Math.floor(random() * fleet.length)];
      if (!victim) continue;
      await kill(victim.child);
      victim.child = await startWorking(victim.role);
    }
    await Promise.all(fleet.map(({ child }) => kill(child)));
    // The consumer that was never killed clears up after the others: within a second it has their leases.
    await drained();
    await Promise.all([...running].map(kill));

    expect(complaints).toBe('');
    expect(acknowledged.length).toBeGreaterThan(100);
    const done = new Map(
      read<{ id: string; runs: number }>(effects, 'SELECT * FROM effect').map((row) => [row.id, row.runs]),
    );
    expect(acknowledged.filter((id) => !done.has(id))).toEqual([]);
    expect(read(events, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(read(events, 'SELECT count(*) AS n FROM dead_letter')).toEqual([{ n: 0 }]);
    expect(read(events, 'SELECT count(*) AS n FROM log')).toEqual([{ n: done.size }]);
    const again = [...done.values()].filter((runs) => runs > 1).length;
    // Some were cut off after their effect, or the kills would have missed what they are to hit.
    expect(again).toBeGreaterThan(0);
    process.stdout.write(
      `${ROUNDS} kills: ${acknowledged.length} acknowledged, 0 lost, ${done.size} took effect, ${again} handled again\n`,
    );
  }, 40_000);
});

async function drained(): Promise<void> {
  let left: number | undefined;
  for (let tries = 0; tries < 200; tries += 1) {
    left = read<{ n: number }>(events, 'SELECT count(*) AS n FROM delivery')[0]?.n;
    if (left === 0) return;
    await pause(50);
  }
  throw new Error(`${left} events were not handled within 10 s.`);
}
