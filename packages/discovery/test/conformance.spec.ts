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

/** The time is virtual, the files are real: each step waits a moment for them. */
async function leaseFileSubject(): Promise<RegistrySubject> {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const directory = await mkdtemp(join(tmpdir(), 'rookery-conformance-'));
  return {
    connect: () => leaseFileRegistry({ directory, clock, random }),
    async elapse(ms) {
      await clock.advance(ms);
      await new Promise((resolve) => setTimeout(resolve, 2));
    },
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
}

registryConformance('memory', memorySubject, { forgetsExpired: true });
registryConformance('lease files', leaseFileSubject, { forgetsExpired: false });
