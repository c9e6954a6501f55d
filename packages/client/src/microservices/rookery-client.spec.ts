import { Transport } from '@nestjs/microservices';
import { rookeryClient } from './rookery-client.providers.js';

const users = { name: 'USERS', service: 'users', transport: Transport.TCP as const };

describe('rookeryClient', () => {
  it.each([
    users,
    { ...users, name: Symbol('users'), policy: 'users', idempotent: ['find', { cmd: 'get' }, 7] },
    {
      ...users,
      idempotent: true as const,
      timeout: '1s',
      retries: 0,
      balancing: { route: { version: '2' } },
    },
    { ...users, options: { host: 'users.internal', port: 3_001, maxBufferSize: 1_000 } },
    { ...users, transport: Transport.NATS as const, options: { servers: ['nats://x'], name: 'users' } },
  ])('takes %p', (options) => {
    expect(rookeryClient(options as never).name).toBe(options.name);
  });

  it.each<[object, string]>([
    [{ name: '' }, 'name: Invalid value "". Use a text or a symbol'],
    [{ service: undefined }, 'service: Missing.'],
    [{ service: 'a b' }, 'service: Invalid value "a b"'],
    [{ transport: undefined }, 'transport: Missing.'],
    [
      { transport: 'tcp' },
      'transport: Invalid value "tcp". Use Transport.TCP, Transport.REDIS, Transport.NATS or',
    ],
    [
      { transport: Transport.GRPC },
      'transport: Transport.GRPC is served by GrpcClientModule of @rookery/client/grpc.',
    ],
    [{ transport: Transport.KAFKA }, 'transport: Transport.KAFKA is a log and no way to call'],
    [{ transport: Transport.MQTT }, 'transport: Transport.MQTT has no answer that can be told lost'],
    [{ idempotent: 'find' }, 'idempotent: Invalid value "find". Use a list of patterns, or true.'],
    [{ idempotent: [true] }, 'idempotent[0]: Invalid value true. Use a pattern'],
    [{ url: 'http://users' }, 'url: Unknown option.'],
    [{ policy: 'users', retries: 1 }, 'policy cannot be combined with timeout or retries.'],
    [{ options: { hots: 'x' } }, 'options.hots: Unknown option.'],
    [{ options: { host: 'x' } }, 'options: host and port belong together.'],
    [{ options: { port: 70_000, host: 'x' } }, 'options.port: Invalid value 70000.'],
    [
      { options: { port: 1, host: 'x' }, balancing: {} },
      'balancing cannot be combined with options.host, which is one place.',
    ],
    [{ transport: Transport.RMQ, balancing: {} }, 'balancing: The broker chooses who gets a message.'],
  ])('refuses %p', (options, message) => {
    expect(() => rookeryClient({ ...users, ...options } as never)).toThrow(`rookeryClient: ${message}`);
  });
});
