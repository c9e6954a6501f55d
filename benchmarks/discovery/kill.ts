import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Measured } from '../suite.ts';
import { Child } from './child.ts';
import { type PollCommand, type Sighting } from './messages.ts';
import { inOwnDirectory } from './own-directory.ts';
import { Member, sighting, Watcher } from './processes.ts';

const KILLS = 21;

/** As often as lease files ask the system about the owners of leases; a kill comes anywhere between two looks. */
const PERIOD_MS = 200;

/**
 * From `kill -9` of a registered process until the watch of another shows it. A poll of the process's number, written by
 * hand, sees the same deaths. The slowest of each is told as well: on a busy machine it says how late a process runs.
 */
export function kill(): Promise<Measured> {
  return inOwnDirectory(async (directory) => {
    const watcher = await Watcher.start('lease-files', directory);
    const poll = new Child<PollCommand, Sighting>('children/pid-poll.ts', String(PERIOD_MS));
    const [ours, theirs]: [number[], number[]] = [[], []];
    try {
      for (let n = 0; n < KILLS; n += 1) {
        const member = new Member('lease-files', directory);
        const id = `users-${n}`;
        await Promise.all([watcher.sees(id, true), member.join(id)]);
        poll.send({ pid: member.pid });
        await sleep(PERIOD_MS * (1 + Math.random()));
        const seen = Promise.all([watcher.sees(id, false), sighting(poll, String(member.pid), false)]);
        const killedAt = await member.kill();
        const [gone, missed] = await seen;
        ours.push(gone - killedAt);
        theirs.push(missed - killedAt);
      }
    } finally {
      await Promise.all([watcher.kill(), poll.kill()]);
    }
    return measured(ours, theirs);
  });
}

function measured(ours: readonly number[], theirs: readonly number[]): Measured {
  const [value, other] = [median(ours), median(theirs)];
  const slowest = `slowest ${Math.max(...ours).toFixed(0)} and ${Math.max(...theirs).toFixed(0)} ms`;
  return {
    value,
    unit: 'ms',
    ratio: value / other,
    against: `a poll of the pid every ${PERIOD_MS} ms (${other.toFixed(0)} ms; ${slowest})`,
  };
}
