import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { leaseFileRegistry, memoryRegistry } from '@rookery/discovery';
import { registryConformance, type RegistrySubject } from '@rookery/discovery/testing';

async function memorySubject(): Promise<RegistrySubject> {
  const clock = new VirtualClock();
  const registry = memoryRegistry({ clock });
  return {
    connect: () => registry,
    elapse: (ms) => clock.advance(ms),
    async dispose() {
      expect(clock.pending).toBe(0);
    },
  };
}

/** The time is virtual, the files are real: after each step they get the time that it takes to read them all. */
async function leaseFileSubject(): Promise<RegistrySubject> {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const directory = await mkdtemp(join(tmpdir(), 'rookery-conformance-'));
  const connect = () => leaseFileRegistry({ directory, clock, random });
  return {
    connect,
    async elapse(ms) {
      await clock.advance(ms);
      await connect().services(new AbortController().signal);
    },
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
}

registryConformance('memory', memorySubject, { forgetsExpired: true });
registryConformance('lease files', leaseFileSubject, { forgetsExpired: false });
