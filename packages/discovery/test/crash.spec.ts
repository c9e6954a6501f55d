import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, systemClock } from '@rookery/common';
import { seededRandom } from '@rookery/common/testing';
import { leaseFileRegistry, ServiceRegistry } from '@rookery/discovery';
import { eventually } from '@rookery/discovery/testing';
import { jest } from '@jest/globals';
import { type Child, startChild } from './child.js';

jest.setTimeout(60_000);

const wait = (ms: number) => sleep(systemClock, ms);
const KILLS = 15;
/** A lease that does not end while a test waits for anything. */
const LONG = '60s';

describe('lease files among real processes', () => {
  let directory: string;
  let registry: ServiceRegistry;
  const children: Child[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rookery-leases-'));
    registry = new ServiceRegistry({ backend: leaseFileRegistry({ directory }) });
  });

  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()));
    await registry.close();
    await rm(directory, { recursive: true, force: true });
  });

  const start = (fixture: string, ...args: string[]) => {
    const child = startChild(fixture, directory, 'users', ...args);
    children.push(child);
    return child;
  };
  const member = (id: string, ttl = '10s') => start('member', id, ttl);
  const listed = () => (registry.snapshot('users')?.instances ?? []).map(({ id }) => id);
  const leaseFiles = async () => {
    const files = await readdir(directory, { recursive: true });
    return files.filter((file) => file.endsWith('.json'));
  };
  const recordLists = () => {
    const lists: string[][] = [];
    const reading = (async () => {
      for await (const { instances } of registry.watch('users')) lists.push(instances.map(({ id }) => id));
    })();
    void reading;
    return lists;
  };

  it('lose the killed long before their leases end, however they were killed, and never the living', async () => {
    const random = seededRandom(20_260);
    const lists = recordLists();
    const living = ['keeps-1', 'keeps-2', 'keeps-3'];
    for (const id of living) member(id, LONG);
    await eventually(wait, () => expect(listed()).toEqual(living));
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const id = `dies-${kill}`;
      const victim = member(id, LONG);
      // Every other one dies anywhere in its start: before, while or after it registers. The rest die as members.
      if (kill % 2 === 0) await eventually(wait, () => expect(listed()).toContain(id));
      await wait(random() * (kill % 2 === 0 ? 100 : 500));
      await victim.kill();
      await eventually(wait, () => expect(listed()).toEqual(living));
    }
    const complete = lists.findIndex((list) => living.every((id) => list.includes(id)));
    expect(complete).toBeGreaterThanOrEqual(0);
    for (const list of lists.slice(complete)) expect(list).toEqual(expect.arrayContaining(living));
    await eventually(wait, async () => expect(await leaseFiles()).toHaveLength(living.length));
  });

  it('come back when somebody removes the whole directory', async () => {
    const ids = ['back-1', 'back-2'];
    for (const id of ids) member(id);
    recordLists();
    await eventually(wait, () => expect(listed()).toEqual(ids));
    // The owners may be putting files back while this removes them.
    await rm(directory, { recursive: true, maxRetries: 5 });
    await eventually(wait, async () => expect(await leaseFiles()).toHaveLength(ids.length));
    // The new directory is watched as the old one was: who comes now is seen as well.
    member('later');
    await eventually(wait, () => expect(listed()).toEqual([...ids, 'later']));
  });

  it('lose one that is stopped when its lease is over, and have it back as soon as it goes on', async () => {
    member('moves', '2s');
    const stopped = member('stops', '2s');
    recordLists();
    await eventually(wait, () => expect(listed()).toEqual(['moves', 'stops']));
    stopped.signal('SIGSTOP');
    await eventually(wait, () => expect(listed()).toEqual(['moves']));
    stopped.signal('SIGCONT');
    await eventually(wait, () => expect(listed()).toEqual(['moves', 'stops']));
    expect(stopped.lines).toEqual(['registered']);
  });

  it('stay listed for a reader that slept longer than a lease lasts, as all do when a laptop is closed', async () => {
    const ids = ['sleeps-1', 'sleeps-2'];
    const members = ids.map((id) => member(id, '2s'));
    const reader = start('reader');
    await eventually(wait, () => expect(reader.lines.at(-1)).toBe(ids.join(' ')));
    const before = reader.lines.length;
    for (const child of [...members, reader]) child.signal('SIGSTOP');
    await wait(3_000);
    reader.signal('SIGCONT');
    await wait(300);
    for (const child of members) child.signal('SIGCONT');
    member('later');
    await eventually(wait, () => expect(reader.lines.at(-1)).toBe([...ids, 'later'].sort().join(' ')));
    for (const line of reader.lines.slice(before))
      expect(line.split(' ')).toEqual(expect.arrayContaining(ids));
  });
});
