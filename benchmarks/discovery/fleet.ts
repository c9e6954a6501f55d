import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { median, type Measured } from '../suite.ts';
import { Child } from './child.ts';
import { type FirstList } from './messages.ts';
import { inOwnDirectory } from './own-directory.ts';
import { comparePicks } from './picks.ts';
import { Member, Watcher } from './processes.ts';

const COUNT = 10_000;
const READINGS = 5;
const UPDATES = 21;

/** 10,000 instances of one service on one host: what they cost whoever watches them. */
export function fleet10000(): Promise<Record<string, Measured>> {
  return inOwnDirectory(async (directory) => {
    const crowd = new Child<never, string>('children/crowd.ts', directory, String(COUNT));
    try {
      await crowd.next('all are registered');
      // An owner looks after its files; in a real fleet that is done by as many processes, elsewhere.
      crowd.signal('SIGSTOP');
      const folder = await onlyFolder(join(directory, 'default'));
      return {
        ...(await firstLists(directory, folder)),
        'fleet-10000-pick': await comparePicks(COUNT),
        'fleet-10000-update': await updates(directory, folder),
      };
    } finally {
      await crowd.kill();
    }
  });
}

/** The service's: leases are written in one whose name starts with a dot. */
async function onlyFolder(directory: string): Promise<string> {
  const folder = (await readdir(directory)).find((name) => !name.startsWith('.'));
  return join(directory, folder ?? '');
}

/** The heap that a watcher holds, and how long it takes until it has the list, each time in a new process. */
async function firstLists(directory: string, folder: string) {
  const [ours, theirs]: [FirstList[], FirstList[]] = [[], []];
  for (let n = 0; n < READINGS; n += 1) {
    ours.push(await firstList('ours', directory));
    theirs.push(await firstList('raw', folder));
  }
  const bytes = (lists: readonly FirstList[]) => median(lists.map((list) => list.bytes)) / COUNT;
  const ms = (lists: readonly FirstList[]) => median(lists.map((list) => list.ms));
  return {
    'fleet-10000': compared(bytes(ours), bytes(theirs), 'bytes an instance', 'parsed files in a Map'),
    'fleet-10000-list': compared(ms(ours), ms(theirs), 'ms', 'reading and parsing the files'),
  };
}

async function firstList(how: 'ours' | 'raw', directory: string): Promise<FirstList> {
  const reader = new Child<never, FirstList>('children/first-list.ts', how, directory);
  try {
    const list = await reader.next('it has the list');
    if (list.count !== COUNT) throw new Error(`${list.count} of ${COUNT} instances are on the list.`);
    return list;
  } finally {
    await reader.kill();
  }
}

/** From `registry.register` in one process until another, which watches all the others too, shows who came. */
async function updates(directory: string, folder: string): Promise<Measured> {
  const ours = await Watcher.start('lease-files', directory);
  const theirs = await Watcher.start('raw-files', folder);
  const member = new Member('lease-files', directory);
  const [took, tookThem]: [number[], number[]] = [[], []];
  try {
    for (let n = 0; n < UPDATES; n += 1) {
      const id = `late-${n}`;
      const seen = Promise.all([ours.sees(id, true), theirs.sees(id, true)]);
      const begunAt = await member.join(id);
      const [at, atThem] = await seen;
      took.push(at - begunAt);
      tookThem.push(atThem - begunAt);
    }
  } finally {
    await Promise.all([ours, theirs, member].map((child) => child.kill()));
  }
  return compared(median(took), median(tookThem), 'ms', 'fs.watch and one file into a Map');
}

function compared(value: number, other: number, unit: string, what: string): Measured {
  return { value, unit, ratio: value / other, against: `${what} (${other.toFixed(1)} ${unit})` };
}
