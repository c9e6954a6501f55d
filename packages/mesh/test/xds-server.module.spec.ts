import { type DynamicModule, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DiscoveryModule, memoryRegistry } from '@rookery/discovery';
import { XdsServer, XdsServerModule, type XdsServerOptions } from '../src/xds/index.js';
import { XdsTestClient } from './xds-client.js';

beforeAll(() => Logger.overrideLogger(false));

const discovery = () =>
  DiscoveryModule.forRoot({ registry: memoryRegistry(), service: 'control-plane', advertise: false });

const boot = (...imports: DynamicModule[]) => Test.createTestingModule({ imports }).compile();

describe('XdsServerModule', () => {
  it('listens from the boot of the app until it is closed', async () => {
    const app = await boot(discovery(), XdsServerModule.forRoot({ port: 0 }));
    await app.init();
    const { port } = app.get(XdsServer);
    const client = new XdsTestClient(port);
    client.ask('cluster', ['users']);
    expect(await client.next()).toMatchObject({ type: 'cluster', resources: [{ name: 'users' }] });
    await app.close();
    await client.ended;
    await client.close();
  });

  it('takes options that are made later', async () => {
    const app = await boot(
      discovery(),
      XdsServerModule.forRootAsync({ useFactory: () => ({ port: 0, services: ['users'] }) }),
    );
    await app.init();
    expect(app.get(XdsServer).port).toBeGreaterThan(0);
    await app.close();
  });

  it('needs discovery', async () => {
    await expect(boot(XdsServerModule.forRoot({ port: 0 }))).rejects.toThrow(
      'XdsServerModule.forRoot: There is nothing to export. Import DiscoveryModule.forRoot().',
    );
  });

  it('is there once', async () => {
    const twice = boot(
      discovery(),
      XdsServerModule.forRoot({ port: 0 }),
      XdsServerModule.forRoot({ port: 0, services: [] }),
    );
    await expect(twice).rejects.toThrow('XdsServerModule.forRoot: Imported 2 times');
  });

  it.each<[unknown, string]>([
    [{}, 'port: Missing.'],
    [{ port: 70_000 }, 'port: Invalid value 70000.'],
    [{ port: 1, host: '' }, 'host: Invalid value "".'],
    [{ port: 1, services: ['../users'] }, 'services[0]: Invalid value "../users".'],
    [{ port: 1, tls: true }, 'tls: Invalid value true.'],
    [{ port: 1, tls: { certificate: '/a' } }, 'tls.key: Missing.'],
    [{ port: 1, secure: true }, 'secure: Unknown option.'],
  ])('refuses %j by path', async (options, problem) => {
    await expect(boot(discovery(), XdsServerModule.forRoot(options as XdsServerOptions))).rejects.toThrow(
      `XdsServerModule.forRoot: ${problem}`,
    );
  });
});
