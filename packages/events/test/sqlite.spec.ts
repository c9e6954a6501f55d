import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { identifySelf, isRookeryError } from '@rookery/common';
import { type Broker, NewerSchemaError, sqliteBroker } from '@rookery/events';
import { ConformanceRig } from '@rookery/events/testing';
import { type SqliteBrokerOptions } from '@rookery/events';
import { defaultFile, ensureDefaultDirectories } from '../src/sqlite/default-file.js';

const HOUR = 3_600_000;
let directory: string;
let file: string;
let rig: ConformanceRig;

function rigFor(options: SqliteBrokerOptions = {}): ConformanceRig {
  rig = new ConformanceRig({ factory: sqliteBroker({ file, ...options }) });
  return rig;
}

/** Looks into the file from outside. */
function look<T>(sql: string): T[] {
  const db = new DatabaseSync(file);
  try {
    return db.prepare(sql).all() as T[];
  } finally {
    db.close();
  }
}

const count = (table: string) => look<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n;

async function publish(broker: Broker, number: number): Promise<void> {
  await Promise.all(Array.from({ length: number }, () => broker.publish(rig.message())));
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rookery-events-'));
  file = join(directory, 'events.db');
});

afterEach(async () => {
  await rig.dispose();
  rmSync(directory, { recursive: true });
});

describe('the event file', () => {
  it('is closed to other users, by way of its directory', async () => {
    file = join(directory, 'made', 'events.db');
    await rigFor().open();
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  });

  it('has by default a directory a user and a namespace', () => {
    rigFor();
    expect(defaultFile('shop')).toBe(join(tmpdir(), `rookery-${process.getuid?.()}`, 'shop', 'events.db'));
  });

  it('is not put where somebody else could have prepared or could read the directory', async () => {
    chmodSync(directory, 0o755);
    await expect(ensureDefaultDirectories(join(directory, 'default', 'events.db'))).rejects.toThrow(
      'does not forbid other users any access. Correct it, or name another file in sqliteBroker({ file }).',
    );
    chmodSync(directory, 0o700);
    await ensureDefaultDirectories(join(directory, 'default', 'events.db'));
  });

  it('that is removed while it is open is refused from then on, instead of taking what nobody would read', async () => {
    const broker = await rigFor().open();
    await publish(broker, 1);
    rmSync(file);
    await rig.until(
      'refused',
      () =>
        broker.publish(rig.message()).then(
          () => false,
          (error: unknown) => isRookeryError(error, 'EVENT_FILE'),
        ),
      5_000,
    );
    expect(rig.log.of('error')).toEqual([expect.stringContaining('removed or replaced while it was open')]);
  });

  it('that cannot be opened is named, with what to do', async () => {
    rig = new ConformanceRig({ factory: sqliteBroker({ file: directory }) });
    await expect(rig.open()).rejects.toThrow(`The event database ${directory} cannot be used:`);
    expect(() => sqliteBroker({ file: ':memory:' })).toThrow('there is memoryBroker()');
  });

  it('of a newer version is refused', async () => {
    await (await rigFor().open()).close();
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(rigFor().open()).rejects.toThrow(NewerSchemaError);
  });

  it('that is none is refused, and left as it is', async () => {
    const db = new DatabaseSync(file);
    db.exec('CREATE TABLE log (mine TEXT)');
    db.close();
    await expect(rigFor().open()).rejects.toThrow('log already exists');
    expect(look('SELECT mine FROM log')).toEqual([]);
  });

  it.each(['normal', 'full'] as const)('is written with synchronous = %s when asked', async (synchronous) => {
    const broker = await rigFor({ synchronous }).open();
    await publish(broker, 3);
    expect(count('log')).toBe(3);
  });

  it('names the path of a bad option at once', () => {
    rigFor();
    expect(() => sqliteBroker({ lease: '5 seconds' as '5s' })).toThrow('lease: Invalid value');
    expect(() => sqliteBroker({ sync: 'full' } as object)).toThrow('sync: Unknown option');
  });
});

describe('retention', () => {
  it('removes what is handled and old, and keeps what waits, is young or is dead', async () => {
    const broker = await rigFor({ retention: '1h' }).open();
    await broker.declare(rig.consumer('absent', ['waiting']));
    await rig.collect(broker, rig.consumer('busy', ['dying']), async () => rig.dead());
    await publish(broker, 2_500);
    await broker.publish(rig.message('waiting'));
    await broker.publish(rig.message('dying'));
    await rig.until('buried', () => count('dead_letter') === 1);
    await rig.clock.advance(HOUR);
    await broker.publish(rig.message('young'));
    await rig.clock.advance(3 * 60_000);
    await rig.until('pruned', () => (count('log') ?? 0) <= 3, 10_000);
    expect(look('SELECT type FROM log ORDER BY seq')).toMatchObject([
      { type: 'waiting' },
      { type: 'dying' },
      { type: 'young' },
    ]);
    await rig.collect(broker, rig.consumer('absent', ['waiting']));
    await broker.deadLetters.discard({});
    await rig.clock.advance(2 * HOUR);
    await rig.until('empty', () => count('log') === 0, 120_000);
  });

  it('keeps a bounded number of handled events, whatever their age', async () => {
    const broker = await rigFor({ maxRetained: 100 }).open();
    const { seen } = await rig.collect(broker);
    await publish(broker, 1_000);
    await rig.until('handled', () => seen.length === 1_000);
    await rig.until('pruned', () => (count('log') ?? 0) <= 100, 180_000);
    expect(count('log')).toBe(100);
  });

  it('lets the file not grow when as much is handled as published', async () => {
    const broker = await rigFor({ maxRetained: 200 }).open();
    const { seen } = await rig.collect(broker);
    const sizes: number[] = [];
    for (let round = 1; round <= 6; round += 1) {
      await publish(broker, 1_000);
      await rig.until('handled', () => seen.length === round * 1_000);
      await rig.until('pruned', () => (count('log') ?? 0) <= 200, 180_000);
      sizes.push(look<{ page_count: number }>('PRAGMA page_count')[0]?.page_count ?? NaN);
    }
    expect(sizes.at(-1)).toBeLessThanOrEqual((sizes[1] ?? 0) * 1.1);
  });

  it('forgets dead letters and consumers that nobody cares for, and says so', async () => {
    const broker = await rigFor({ deadLetterRetention: '1m', consumerExpiry: '2m', retention: '1m' }).open();
    const other = await rig.open();
    await other.declare(rig.consumer('gone', ['>']));
    await other.close();
    await rig.collect(broker, rig.consumer('here', ['>']), async () => rig.dead());
    await publish(broker, 2_100);
    await rig.until('buried', () => count('dead_letter') === 2_100);
    await rig.until('forgotten', () => count('consumer') === 1 && count('dead_letter') === 0, 300_000);
    expect(rig.log.of('warn')).toEqual([expect.stringContaining('g/gone')]);
    expect(look('SELECT name FROM consumer')).toMatchObject([{ name: 'g/here' }]);
    expect(count('delivery')).toBe(0);
  });

  it('forgets nobody after the machine slept', async () => {
    const broker = await rigFor({ consumerExpiry: '1h' }).open();
    const other = await rig.open();
    await other.declare(rig.consumer('asleep', ['>']));
    await other.close();
    await broker.declare(rig.consumer('here'));
    const { clock } = rig;
    const now = clock.now.bind(clock);
    clock.now = () => now() + 48 * HOUR;
    await rig.quiet(30_000);
    expect(count('consumer')).toBe(2);
  });
});

describe('a commit of another process', () => {
  it('wakes consumers through the file watch, without the poll', async () => {
    const { seen } = await rigFor().collect(await rig.open());
    const other = await rig.open();
    // Nobody moves the clock, so no poll comes.
    await other.publish(rig.message());
    for (let tries = 0; tries < 200 && seen.length === 0; tries += 1) await pause(10);
    expect(seen).toHaveLength(1);
  });
});

describe('group commit', () => {
  it('shares a transaction between all of one turn, at most 100', async () => {
    const broker = await rigFor().open();
    const watcher = new DatabaseSync(file);
    const version = () => watcher.prepare('PRAGMA data_version').get()?.['data_version'];
    const commits = async (number: number) => {
      let seen = 0;
      let last = version();
      const state = { done: false };
      void publish(broker, number).then(() => (state.done = true));
      while (!state.done) {
        await new Promise((resolve) => setImmediate(resolve));
        const now = version();
        if (now !== last) seen += 1;
        last = now;
      }
      return seen;
    };
    expect(await commits(100)).toBe(1);
    expect(await commits(250)).toBe(3);
    watcher.close();
  });

  it('undoes a piece that fails alone', async () => {
    const broker = await rigFor().open();
    const bad = { ...rig.message(), body: undefined as unknown as string };
    const [first, second, third] = await Promise.allSettled([
      broker.publish(rig.message()),
      broker.publish(bad),
      broker.publish(rig.message()),
    ]);
    expect([first?.status, second?.status, third?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(count('log')).toBe(2);
  });

  it('waits for another writer without holding the process up, and gives up after five seconds', async () => {
    const broker = await rigFor().open();
    // Every try waits a little in SQLite itself, so the test makes few of them.
    const schedule = rig.clock.schedule.bind(rig.clock);
    rig.clock.schedule = (ms, task, options) => schedule(Math.max(ms, 500), task, options);
    const blocker = new DatabaseSync(file);
    blocker.exec('BEGIN IMMEDIATE');
    let outcome = 'waiting';
    const publishing = publish(broker, 3).then(() => (outcome = 'published'));
    await rig.clock.advance(1_000);
    expect(outcome).toBe('waiting');
    blocker.exec('ROLLBACK');
    await rig.until('published', () => outcome === 'published', 2_000);
    await publishing;
    blocker.exec('BEGIN IMMEDIATE');
    const refused = expect(publish(broker, 1)).rejects.toThrow('database is locked');
    await rig.clock.advance(8_000);
    await refused;
    blocker.exec('ROLLBACK');
    blocker.close();
  });
});

describe('leases of processes that died', () => {
  async function deadPid(): Promise<number> {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    return child.pid ?? 0;
  }

  async function leaseTo(node: {
    id: string;
    pid: number;
    started: string;
    realm?: string;
  }): Promise<Broker> {
    const broker = await rigFor().open();
    await broker.declare(rig.consumer());
    await broker.publish(rig.message());
    const realm = node.realm ?? look<{ realm: string }>('SELECT realm FROM node')[0]?.realm ?? '';
    const db = new DatabaseSync(file);
    db.prepare('INSERT INTO node VALUES (?, ?, ?, ?, ?)').run(node.id, realm, node.pid, node.started, 1);
    const until = rig.clock.now() + 30_000;
    db.prepare('UPDATE delivery SET owner = ?, attempts = 1, due = ?').run(node.id, until);
    db.close();
    return broker;
  }

  it('are released within a second, and their attempts count', async () => {
    const { seen } = await rig.collect(await leaseTo({ id: 'dead', pid: await deadPid(), started: '1' }));
    await rig.until('delivered', () => seen.length === 1, 1_500);
    expect(seen[0]?.attempt).toBe(2);
    expect(count('node')).toBe(1);
  });

  it('are released when the pid belongs to a later process', async () => {
    const { seen } = await rig.collect(await leaseTo({ id: 'dead', pid: process.pid, started: '1' }));
    await rig.until('delivered', () => seen.length === 1, 1_500);
  });

  it('are released at the start of the next process', async () => {
    await (await leaseTo({ id: 'dead', pid: await deadPid(), started: '1' })).close();
    const { seen } = await rig.collect(await rig.open());
    await rig.until('delivered', () => seen.length === 1, 100);
  });

  it.each([
    ['of another container', async () => ({ id: 'x', pid: 1, started: '0', realm: 'elsewhere' })],
    ['that lives', async () => ({ id: 'x', ...(await identifySelf()) })],
  ])('stay with a process %s until they end', async (_what, describe) => {
    const node = await describe();
    const { seen } = await rig.collect(await leaseTo(node));
    await rig.quiet(20_000);
    expect(seen).toHaveLength(0);
    await rig.until('delivered', () => seen.length === 1, 15_000);
  });
});
