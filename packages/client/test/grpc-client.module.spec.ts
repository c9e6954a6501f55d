import { Test } from '@nestjs/testing';
import { GrpcClientModule, type GrpcClientOptions } from '@rookery/client/grpc';
import { ResilienceModule } from '@rookery/resilience';
import { boot, closeAll, failureOf, SHOPS_PROTO, USERS_PROTO } from './grpc-support.js';

afterEach(closeAll);

const users: GrpcClientOptions = { service: 'user-service', package: 'users', protoPath: USERS_PROTO };

describe('gRPC client module', () => {
  it.each<[Partial<GrpcClientOptions>, string]>([
    [{ service: 'a b' }, '[0].service: Invalid value "a b"'],
    [{ protoPath: '' }, '[0].protoPath: Invalid value ""'],
    [{ protoPath: [''] }, '[0].protoPath[0]: Invalid value ""'],
    [{ url: 'localhost:50051' }, '[0].url: Invalid value "localhost:50051". Use an http or https URL'],
    [{ url: 'http://host/path' }, '[0].url: Invalid value "http://host/path"'],
    [{ retries: -1 }, '[0].retries: Invalid value -1.'],
    [{ policy: 'users', timeout: '1s' }, '[0]: policy cannot be combined with timeout or retries.'],
  ])('refuses %p by path', (options, message) => {
    expect(() => GrpcClientModule.forFeature([{ ...users, ...options }])).toThrow(message);
  });

  it('refuses a second client under the name of the first', () => {
    expect(() => GrpcClientModule.forFeature([users, users])).toThrow(
      '[1].service: "user-service" is in this list already',
    );
  });

  it.each<[string, Partial<GrpcClientOptions>, RegExp]>([
    [
      'a file that is not there',
      { protoPath: '/no/such.proto' },
      /\[0\]\.protoPath: \/no\/such\.proto cannot be read: ENOENT/,
    ],
    [
      'an unknown package',
      { package: 'usres' },
      /\[0\]\.package: "usres" has no service in .*Found: users\.UserService\./,
    ],
    [
      'an unknown service',
      { serviceName: 'Users' },
      /\[0\]\.serviceName: There is no "Users"\. Use UserService\./,
    ],
    [
      'a choice that was not made',
      { package: 'shops', protoPath: [USERS_PROTO, SHOPS_PROTO] },
      /\[0\]\.serviceName: Missing\. Use Buying or Selling\./,
    ],
    ['a policy that nobody defined', { policy: 'usres' }, /usres.*users/s],
  ])('refuses at boot %s', async (_what, options, message) => {
    await expect(boot([], options)).rejects.toThrow(message);
  });

  it('asks at boot for the module that guards the calls', async () => {
    const app = Test.createTestingModule({
      imports: [GrpcClientModule.forFeature([users])],
    });
    await expect(app.compile()).rejects.toThrow(
      'GrpcClientModule.forFeature: Nothing guards its calls. Import ResilienceModule.forRoot().',
    );
  });

  it('refuses at boot a service that nobody can find', async () => {
    const app = Test.createTestingModule({
      imports: [ResilienceModule.forRoot(), GrpcClientModule.forFeature([users])],
    });
    await expect(app.compile()).rejects.toThrow(
      'Import DiscoveryModule.forRoot(), or give the client a url.',
    );
  });
});

describe('contract of a gRPC client', () => {
  it.each<[string, string, object, string]>([
    [
      'a method that it does not have',
      'FindUsr',
      {},
      'users.UserService has no method "FindUsr". It has FindUser,',
    ],
    [
      'a streaming method',
      'WatchUsers',
      {},
      'users.UserService/WatchUsers answers with a stream: call it with serverStream(), not with call().',
    ],
    ['a request that does not fit', 'CreateUser', { address: 5 }, 'the request does not fit the contract'],
  ])('refuses %s', async (_what, method, request, message) => {
    const { client } = await boot([]);
    const error = await failureOf(client.call(method, request));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(message);
  });

  it('refuses options that a call does not have', async () => {
    const { client } = await boot([]);
    const error = await failureOf(client.call('FindUser', {}, { deadline: 5 } as never));
    expect(error).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('deadline: Unknown option of a call. Known options: timeout, signal,'),
    });
  });
});
