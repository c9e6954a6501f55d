import { ClientsModule, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { CallObserver, type ObservedCall } from '@rookery/common';
import { rookeryClient } from '@rookery/client/microservices';
import { ResilienceModule } from '@rookery/resilience';
import { answer, boot, closeAll, serveTcp } from './rpc-support.js';

afterEach(closeAll);

const clients = () =>
  ClientsModule.registerAsync([rookeryClient({ name: 'USERS', service: 'users', transport: Transport.TCP })]);

describe('a client of a Nest transport', () => {
  it('asks at boot for the module that guards its calls', async () => {
    await expect(Test.createTestingModule({ imports: [clients()] }).compile()).rejects.toThrow(
      'rookeryClient: Nothing guards its calls. Import ResilienceModule.forRoot().',
    );
  });

  it('refuses at boot a service that nobody can find', async () => {
    const app = Test.createTestingModule({ imports: [ResilienceModule.forRoot(), clients()] });
    await expect(app.compile()).rejects.toThrow(
      'users: Nobody can find it. Import DiscoveryModule.forRoot(), or give the client options.host and options.port.',
    );
  });

  it('refuses at boot a policy that cannot guard a stream', async () => {
    const client = { policy: 'users' };
    const policies = { users: { hedge: { delay: 50 } } };
    await expect(boot({ client, policies })).rejects.toThrow(
      'hedge of the policy "users": An answer may be a stream, and what two attempts at it bring cannot be told apart.',
    );
  });

  it('shows each call to the observer, and sends on what that gives', async () => {
    const seen: ObservedCall[] = [];
    const observer: CallObserver = {
      observe: (call, work) => {
        seen.push(call);
        return work({ outgoing: { traceparent: '00-1-2-01' }, annotate() {}, event() {} });
      },
    };
    const { port, desk } = await serveTcp();
    const imports = [
      {
        module: class Observing {},
        global: true,
        providers: [{ provide: CallObserver, useValue: observer }],
        exports: [CallObserver],
      },
    ];
    const { users } = await boot({ imports, client: { options: { host: '127.0.0.1', port } } });
    await answer(users.send({ cmd: 'echo' }, 1));
    expect(seen).toMatchObject([
      {
        kind: 'client',
        name: 'users/{"cmd":"echo"}',
        attributes: {
          'rpc.system': 'nestjs',
          'rpc.service': 'users',
          'server.address': '127.0.0.1',
          'server.port': port,
        },
      },
    ]);
    const { traceparent } = (desk.context as { getMetadata(): Record<string, string> }).getMetadata();
    expect(traceparent).toBe('00-1-2-01');
  });
});
