import { VirtualClock } from '@rookery/common/testing';
import { compositeRegistry, memoryRegistry, staticRegistry } from '@rookery/discovery';
import { registryConformance, type RegistrySubject } from '@rookery/discovery/testing';

/** What holds for the one that registers has to hold through the others. */
async function subject(): Promise<RegistrySubject> {
  const clock = new VirtualClock();
  const shared = memoryRegistry({ clock });
  const fixed = staticRegistry({ services: { other: [] } });
  return {
    connect: () => compositeRegistry([fixed, shared, memoryRegistry({ clock })], { clock }),
    elapse: (ms) => clock.advance(ms),
    async dispose() {
      expect(clock.pending).toBe(0);
    },
  };
}

registryConformance('several registries', subject, { forgetsExpired: true });
