import { inspect } from 'node:util';
import { type Broker, matchesPattern } from '@rookery/events';
import { ConformanceRig } from '@rookery/events/testing';
import { postgresBroker, type PostgresBrokerOptions } from '@rookery/postgres';
import { engineAnswers } from '@rookery/testing';
import { array, assert, constantFrom, property } from 'fast-check';
import { toRegularExpression } from '../src/store/pattern.js';
import { dropSchema, newSchema, SERVER, sql, watchStatements } from './real-postgres.js';

const describeWithPostgres = (await engineAnswers('postgres')) ? describe : describe.skip;

const HOUR = 3_600_000;
const statements = watchStatements();
let schema: string;
let rig: ConformanceRig;

function rigFor(options: PostgresBrokerOptions = {}): ConformanceRig {
  const factory = postgresBroker({ url: SERVER, schema, ...options });
  rig = new ConformanceRig({ factory, settled: () => statements.settled() });
  return rig;
}

const look = <Row extends object>(text: string) => sql<Row>(text.replaceAll('$', schema));
const count = async (table: string) =>
  (await look<{ n: number }>(`SELECT count(*)::int AS n FROM $.${table}`))[0]?.n;

async function publish(broker: Broker, number: number): Promise<void> {
  await Promise.all(Array.from({ length: number }, () => broker.publish(rig.message())));
}

/** Lets time pass in the steps of the upkeep, until it holds. */
async function untilKeptUp(what: string, holds: () => Promise<boolean>, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 1) {
    await rig.clock.advance(1_000);
    await statements.settled();
    if (passed % 10 === 9 && (await holds())) return;
  }
  throw new Error(`Never happened: ${what}.`);
}

beforeEach(() => {
  schema = newSchema();
});
afterEach(async () => {
  await rig.dispose();
  await dropSchema(schema);
});
afterAll(() => statements.restore());

describeWithPostgres('the schema', () => {
  it('is made once, by however many processes that begin at once', async () => {
    rigFor();
    await Promise.all(Array.from({ length: 8 }, () => rig.open()));
    expect(await look('SELECT name, value::int FROM $.setting')).toEqual([{ name: 'version', value: 1 }]);
  });

  it('of a newer version is refused, and left as it is', async () => {
    await (await rigFor().open()).close();
    await look("UPDATE $.setting SET value = 99 WHERE name = 'version'");
    await expect(rigFor().open()).rejects.toThrow(
      `the schema ${schema} has version 99, and this version of @rookery/postgres knows up to 1.`,
    );
    expect(await look('SELECT value::int FROM $.setting')).toEqual([{ value: 99 }]);
  });

  it('that holds tables of others is refused, and left as it is', async () => {
    await look('CREATE SCHEMA $; CREATE TABLE $.log (mine text)');
    await expect(rigFor().open()).rejects.toMatchObject({
      code: 'POSTGRES_UNAVAILABLE',
      retryable: false,
      message: expect.stringMatching(
        /relation "log" already exists\. The tables are not those of this version/,
      ) as string,
    });
    expect(await look("SELECT table_name FROM information_schema.tables WHERE table_schema = '$'")).toEqual([
      { table_name: 'log' },
    ]);
  });

  it('asks for no right to make schemas where it is there', async () => {
    const user = `${schema}_user`;
    await look(`CREATE ROLE ${user} LOGIN`);
    try {
      const url = SERVER.replace(/\/\/[^@]*@/, `//${user}@`);
      await expect(rigFor({ url }).open()).rejects.toMatchObject({
        message: expect.stringMatching(
          /permission denied.*Let its user create the schema, or create it/,
        ) as string,
      });
      await look(`CREATE SCHEMA $ AUTHORIZATION ${user}`);
      await publish(await rigFor({ url }).open(), 1);
      expect(await count('log')).toBe(1);
    } finally {
      await rig.dispose();
      rigFor();
      await dropSchema(schema);
      await look(`DROP ROLE ${user}`);
    }
  });

  it('of one system knows nothing of that of another', async () => {
    const broker = await rigFor().open();
    const { seen } = await rig.collect(broker);
    const other = newSchema();
    const neighbour = new ConformanceRig({ factory: postgresBroker({ url: SERVER, schema: other }) });
    await (await neighbour.open()).publish(rig.message());
    await rig.quiet();
    expect(seen).toEqual([]);
    await neighbour.dispose();
    await dropSchema(other);
  });
});

describeWithPostgres('a server that cannot be used', () => {
  it.each([
    ['nobody listens', 'postgres://ada:s3cret@127.0.0.1:2/shop', true, /ECONNREFUSED.*Is it running/],
    [
      'no such database',
      SERVER.replace(/\/[^/]*$/, '/no_such_database'),
      false,
      /"no_such_database" does not exist\. Create the database/,
    ],
    [
      'no such user',
      SERVER.replace(/\/\/[^@]*@/, '//nobody_known:s3cret@'),
      false,
      /Check the user and the password/,
    ],
  ])('fails the boot with a reason and no password: %s', async (_what, url, retryable, message) => {
    const refused: unknown = await rigFor({ url })
      .open()
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'POSTGRES_UNAVAILABLE', retryable, status: 503 });
    expect(refused).toMatchObject({ message: expect.stringMatching(message) as string });
    expect(inspect(refused, { depth: 9, showHidden: true })).not.toContain('s3cret');
  });
});

describeWithPostgres('patterns', () => {
  it('mean in the database what they mean elsewhere', async () => {
    rigFor();
    const word = constantFrom('a', 'b', 'a+', '(b', '[', '\\d', '$x', 'a|b', 'é', '🦉', '^', '{2}', '?');
    const wanted = constantFrom(
      'a',
      'b',
      'a+',
      '(b',
      '[',
      '\\d',
      '$x',
      'a|b',
      'é',
      '🦉',
      '^',
      '{2}',
      '?',
      '*',
      '>',
    );
    const cases: { patterns: string[]; type: string }[] = [];
    const words = array(word, { minLength: 1, maxLength: 4 });
    const pattern = array(wanted, { minLength: 1, maxLength: 4 }).map((all) =>
      all.filter((one, at) => one !== '>' || at === all.length - 1).join('.'),
    );
    assert(
      property(array(pattern.filter(Boolean), { minLength: 1, maxLength: 3 }), words, (patterns, type) => {
        cases.push({ patterns, type: type.join('.') });
      }),
      { numRuns: 500 },
    );
    const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
    const rows = cases.map(
      ({ patterns, type }) => `(${quoted(type)}, ${quoted(toRegularExpression(patterns))})`,
    );
    const found = await sql<{ fits: boolean }>(
      `SELECT type ~ pattern AS fits FROM (VALUES ${rows.join(', ')}) AS v (type, pattern)`,
    );
    const expected = cases.map(({ patterns, type }) => patterns.some((one) => matchesPattern(one, type)));
    expect(found.map(({ fits }) => fits)).toEqual(expected);
    expect(new Set(expected).size).toBe(2);
  });
});

describeWithPostgres('an event that the database cannot hold', () => {
  it('is refused with a reason, and takes none of the others with it', async () => {
    const broker = await rigFor().open();
    const all = await Promise.allSettled([
      broker.publish(rig.message()),
      broker.publish(rig.message('a', { id: 'with \0' })),
      broker.publish(rig.message()),
    ]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(String((all[1] as PromiseRejectedResult).reason)).toContain(
      'It holds what PostgreSQL cannot store.',
    );
    expect(await count('log')).toBe(2);
  });
});

describeWithPostgres('many dead letters', () => {
  it('are replayed and discarded to the last, or as many as asked for', async () => {
    const broker = await rigFor().open();
    await broker.declare(rig.consumer());
    await look(`
      INSERT INTO $.log (source, id, type, body, at) SELECT 's', n::text, 't', '{}', 0 FROM generate_series(1, 4200) n;
      INSERT INTO $.dead_letter (consumer, grp, handler, seq, attempts, first_failed, last_failed, failure)
      SELECT 'g/h', 'g', 'h', seq, 1, 0, seq, '{}' FROM $.log`);
    const { deadLetters } = broker;
    expect(await deadLetters.discard({ limit: 1_100 })).toBe(1_100);
    expect((await deadLetters.list({ limit: 1 }))[0]?.message.id).toBe('1101');
    expect(await deadLetters.replay({ limit: 1_000 })).toBe(1_000);
    expect(await deadLetters.replay({})).toBe(2_100);
    expect([await count('dead_letter'), await count('delivery')]).toEqual([0, 3_100]);
    expect(await deadLetters.discard({ limit: 0 })).toBe(0);
  });
});

describeWithPostgres('a consumer that has nothing to do', () => {
  it('looks once a second, beside the three statements of the upkeep, and no more when something waits for later', async () => {
    const broker = await rigFor().open();
    await rig.collect(broker);
    const inTenSeconds = async () => {
      const before = statements.made;
      await rig.quiet(10_000);
      return statements.made - before;
    };
    await rig.quiet(5_000);
    const idle = await inTenSeconds();
    expect(idle).toBeGreaterThanOrEqual(40);
    expect(idle).toBeLessThanOrEqual(60);
    await broker.publish(rig.message(), { delayMs: 60_000 });
    expect(await inTenSeconds()).toBeLessThanOrEqual(62);
  });
});

describeWithPostgres('a consumer that the database has lost', () => {
  it('is made known again within a minute, and a warning says what it has missed', async () => {
    const broker = await rigFor().open();
    const { seen } = await rig.collect(broker);
    await look('DELETE FROM $.consumer');
    await publish(broker, 1);
    await untilKeptUp('known again', async () => (await count('consumer')) === 1, 80);
    expect(rig.log.of('warn')).toEqual([expect.stringContaining('The database had lost consumer g/h')]);
    await publish(broker, 1);
    await rig.until('handled', () => seen.length === 1);
  });
});

describeWithPostgres('retention', () => {
  it('removes what is handled and old, and keeps what waits, is young or is dead', async () => {
    const broker = await rigFor({ retention: '1h' }).open();
    await broker.declare(rig.consumer('absent', ['waiting']));
    await rig.collect(broker, rig.consumer('busy', ['dying']), async () => rig.dead());
    await publish(broker, 50);
    await broker.publish(rig.message('waiting'));
    await broker.publish(rig.message('dying'));
    await rig.until('buried', async () => (await count('dead_letter')) === 1);
    await rig.clock.advance(HOUR);
    await broker.publish(rig.message('young'));
    await untilKeptUp('pruned', async () => (await count('log')) === 3, 130);
    expect(await look('SELECT type FROM $.log ORDER BY seq')).toEqual([
      { type: 'waiting' },
      { type: 'dying' },
      { type: 'young' },
    ]);
  });

  it('keeps a bounded number of handled events, whatever their age', async () => {
    const broker = await rigFor({ maxRetained: 100 }).open();
    const { seen } = await rig.collect(broker);
    await publish(broker, 300);
    await rig.until('handled', () => seen.length === 300);
    await untilKeptUp('pruned', async () => (await count('log')) === 100, 130);
  });

  it('gets through many of them, a part each second', async () => {
    await rigFor({ maxRetained: 100 }).open();
    await look(
      "INSERT INTO $.log (source, id, type, body, at) SELECT 's', n::text, 't', '{}', 4000000000000 FROM generate_series(1, 45000) n",
    );
    await untilKeptUp('a minute', async () => (await count('log')) !== 45_000, 80);
    expect(await count('log')).toBeGreaterThanOrEqual(100);
    await untilKeptUp('all are looked through', async () => (await count('log')) === 100, 20);
  });

  it('forgets dead letters and consumers that nobody cares for, and says so', async () => {
    const broker = await rigFor({ deadLetterRetention: '1m', consumerExpiry: '2m', retention: '1m' }).open();
    const other = await rig.open();
    await other.declare(rig.consumer('gone'));
    await other.close();
    await rig.collect(broker, rig.consumer('here'), async () => rig.dead());
    await publish(broker, 10);
    await rig.until('buried', async () => (await count('dead_letter')) === 10);
    await untilKeptUp('forgotten', async () => (await count('consumer')) === 1, 300);
    expect(rig.log.of('warn')).toEqual([expect.stringContaining('g/gone')]);
    expect(await look('SELECT name FROM $.consumer')).toEqual([{ name: 'g/here' }]);
    expect([await count('delivery'), await count('dead_letter')]).toEqual([0, 0]);
  });

  it('forgets nobody right after a break, as when the database comes from a backup', async () => {
    const broker = await rigFor({ consumerExpiry: '1m' }).open();
    await broker.declare(rig.consumer('asleep'));
    await look('UPDATE $.consumer SET seen = 0');
    await broker.close();
    const next = await rig.open();
    await next.declare(rig.consumer('here'));
    let passed = 0;
    await untilKeptUp('two minutes', async () => (passed += 10) >= 140, 150);
    expect(await count('consumer')).toBe(2);
    await untilKeptUp('forgotten', async () => (await count('consumer')) === 1, 120);
  });
});
