import { jest } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { ClientModule } from '@rookery/client';
import { GrpcClientModule } from '@rookery/client/grpc';
import { DiscoveryModule, LoadBalancer, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { contactsOf, ROGUE_NAMES } from '@rookery/discovery/testing';
import { ResilienceModule } from '@rookery/resilience';
import { USERS_PROTO } from '../grpc-support.js';

const apps: TestingModule[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

const codeOf = (call: Promise<unknown>) => call.then(String, (error: { code?: string }) => error.code);

describe('the name of a service that a user has sent', () => {
  async function scene() {
    const backend = Object.assign(memoryRegistry(), { reach: 'network' as const });
    const module = await Test.createTestingModule({
      imports: [DiscoveryModule.forRoot({ registry: backend, advertise: false })],
    }).compile();
    apps.push(module);
    const app = await module.init();
    await app.get(ServiceRegistry).register({ service: 'users', host: '10.0.0.1', port: 80 });
    const looks = [jest.spyOn(backend, 'list'), jest.spyOn(backend, 'watch')];
    const asked = () => looks.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    return { registry: app.get(ServiceRegistry), balancer: app.get(LoadBalancer), asked };
  }

  it('is a service that nobody has, for each that is no name, and reaches nothing', async () => {
    const { registry, balancer, asked } = await scene();
    const { contacts } = await contactsOf(async () => {
      for (const name of ROGUE_NAMES) {
        expect([name, await codeOf(registry.discover(name))]).toEqual([name, 'SERVICE_NOT_FOUND']);
        expect([name, await codeOf(balancer.pick(name))]).toEqual([name, 'NO_INSTANCES']);
        expect([name, registry.snapshot(name)]).toEqual([name, undefined]);
      }
    });
    expect([asked(), contacts]).toEqual([0, 0]);
    expect(registry.status().watched).toEqual([]);
    expect(balancer.status()).toEqual([]);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    'is one that nobody has, although all objects have it: %s',
    async (name) => {
      const { registry, balancer, asked } = await scene();
      expect(await codeOf(registry.discover(name))).toBe('SERVICE_NOT_FOUND');
      expect(await codeOf(balancer.pick(name))).toBe('NO_INSTANCES');
      // It could be a service, so the registry is asked.
      expect(asked()).toBeGreaterThan(0);
    },
  );

  it('does not stand in the message with what could end a line of a log', async () => {
    const { registry } = await scene();
    const name = `users\r\n\u202e${'x'.repeat(999)}`;
    const message = await registry.discover(name).then(String, (refusal: Error) => refusal.message);
    expect(message).not.toMatch(/[\r\n\u202e]/);
    expect(message.length).toBeLessThan(600);
  });
});

describe('a client for a service whose name is none', () => {
  it.each(ROGUE_NAMES)('is refused at boot: %j', async (service) => {
    const http = () => ClientModule.forFeature([{ service }]);
    const grpc = () => GrpcClientModule.forFeature([{ service, package: 'users', protoPath: USERS_PROTO }]);
    for (const feature of [http, grpc]) {
      const boot = async () =>
        Test.createTestingModule({ imports: [ResilienceModule.forRoot(), feature()] }).compile();
      await expect(boot()).rejects.toThrow(/\[0\]\.service: /);
    }
  });
});
