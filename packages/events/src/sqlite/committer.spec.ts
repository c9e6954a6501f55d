import { DatabaseSync } from 'node:sqlite';
import { VirtualClock } from '@rookery/common/testing';
import { Committer } from './committer.js';

function setUp() {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE t (n INTEGER)');
  const insert = (n: number) => db.exec(`INSERT INTO t VALUES (${n})`);
  const numbers = () =>
    db
      .prepare('SELECT n FROM t ORDER BY n')
      .all()
      .map(({ n }) => n);
  return { db, insert, numbers, committer: new Committer(db, new VirtualClock()) };
}

describe('the committer', () => {
  it('undoes what a failing piece had done, and nothing else', async () => {
    const { committer, insert, numbers } = setUp();
    const fail = () => {
      insert(2);
      throw new Error('half way');
    };
    const results = await Promise.allSettled([
      committer.run(() => insert(1)),
      committer.run(fail),
      committer.run(() => insert(3)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(numbers()).toEqual([1, 3]);
  });

  it('tells nobody before the COMMIT, and everybody when there is none', async () => {
    const { db, committer, insert, numbers } = setUp();
    db.exec('CREATE TABLE parent (id INTEGER PRIMARY KEY); PRAGMA foreign_keys = ON');
    db.exec('CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)');
    const results = await Promise.allSettled([
      committer.run(() => insert(1)),
      // Breaks the COMMIT itself, not the statement.
      committer.run(() => db.exec('INSERT INTO child VALUES (9)')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(numbers()).toEqual([]);
    await committer.run(() => insert(2));
    expect(numbers()).toEqual([2]);
  });

  it('commits what it has taken before it is closed, and takes nothing after', async () => {
    const { committer, insert, numbers } = setUp();
    const work = Array.from({ length: 250 }, (_, n) => committer.run(() => insert(n)));
    await committer.close();
    await Promise.all(work);
    expect(numbers()).toHaveLength(250);
    await expect(committer.run(() => insert(0))).rejects.toThrow('The broker is closed');
  });
});
