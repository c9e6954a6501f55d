import { Global, type INestApplication, Logger, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ServiceInfo } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  DiscoveryModule,
  type DiscoveryModuleOptions,
  LoadBalancer,
  memoryRegistry,
  ServiceRegistry,
} from '@rookery/discovery';
import { jest } from '@jest/globals';

@Global()
@Module({
  providers: [{ provide: ServiceInfo, useValue: { name: 'shop', version: '1.0.0', instanceId: 'shop-1' } }],
  exports: [ServiceInfo],
})
class Identity {}

const apps: INestApplication[] = [];

async function boot(options: DiscoveryModuleOptions): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [Identity, DiscoveryModule.forRoot({ registry: memoryRegistry(), ...options })],
  }).compile();
  const app = module.createNestApplication({ logger: false });
  apps.push(app);
  await app.init();
  return app;
}

describe('balancing through DiscoveryModule', () => {
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    jest.restoreAllMocks();
  });

  it('ejects who fails, and says in the log who is left out and who is called again', async () => {
    const lines: string[] = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line) => void lines.push(String(line)));
    jest.spyOn(Logger.prototype, 'log').mockImplementation((line) => void lines.push(String(line)));
    const clock = new VirtualClock();
    const ejection = { signOfLife: false };
    const app = await boot({ clock, random: () => 0.5, strategy: 'round-robin', ejection });
    const [registry, balancer] = [app.get(ServiceRegistry), app.get(LoadBalancer)];
    for (const id of ['a', 'b', 'c'])
      await registry.register({ service: 'users', id, host: 'localhost', port: 80 });
    lines.length = 0;
    const call = async (outcome: 'success' | 'failure', only?: string) => {
      const exclude = new Set(['a', 'b', 'c'].filter((id) => only !== undefined && id !== only));
      (await balancer.pick('users', { exclude })).done(outcome);
    };
    for (let calls = 0; calls < 5; calls += 1) await call('failure', 'a');
    await clock.advance(3_750);
    await call('success');
    expect(lines).toEqual([
      'users (a) is not called for 3.8 s: every call to it has failed lately. One call will find out then.',
      'users (a) is called again.',
    ]);
  });

  it('has the zone that the app advertises, and its instance id as the name of the caller', async () => {
    const app = await boot({
      advertise: { zone: 'west' },
      zonePreference: { minInstances: 2 },
      services: { orders: { subset: 2, zonePreference: false } },
    });
    const [registry, balancer] = [app.get(ServiceRegistry), app.get(LoadBalancer)];
    for (const service of ['users', 'orders'])
      for (let at = 0; at < 10; at += 1) {
        const zone = at < 5 ? 'east' : 'west';
        await registry.register({ service, id: `${at}`, host: 'localhost', port: 80, zone });
      }
    const idsOf = async (service: string) => {
      const ids = new Set<string>();
      for (let call = 0; call < 60; call += 1) {
        const { instance, done } = await balancer.pick(service);
        ids.add(instance.id);
        done('success');
      }
      return [...ids].sort();
    };
    expect(await idsOf('users')).toEqual(['5', '6', '7', '8', '9']);
    const subset = await idsOf('orders');
    expect(subset).toHaveLength(2);
    const again = new LoadBalancer(registry, { caller: 'shop-1', subset: 2 });
    const same = new Set<string>();
    for (let call = 0; call < 40; call += 1) same.add((await again.pick('orders')).instance.id);
    expect([...same].sort()).toEqual(subset);
  });

  it('refuses at boot what could only fail later', async () => {
    await expect(boot({ zonePreference: true })).rejects.toThrow(
      'zonePreference: The own zone is not known.',
    );
    await expect(boot({ advertise: false, zonePreference: {} })).rejects.toThrow(
      'The own zone is not known.',
    );
    await expect(boot({ ejection: { duration: '10m' } })).rejects.toThrow('ejection.duration');
    await expect(boot({ services: { users: { route: { weights: { '1': 0 } } } } })).rejects.toThrow(
      'services.users.route.weights',
    );
    await expect(boot({ services: { users: { zone: 'a' } as never } })).rejects.toThrow('Unknown option');
  });
});
