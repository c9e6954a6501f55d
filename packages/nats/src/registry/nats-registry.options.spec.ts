import { natsRegistry, type NatsRegistryOptions } from '@rookery/nats';

describe('the options of a nats registry', () => {
  it('may all be left out', () => {
    expect(natsRegistry().description).toBe('nats at 127.0.0.1:4222, namespace default');
  });

  it('take what the client of nats takes', () => {
    const client = { user: 'me', pass: 's3cret', noRandomize: true, tls: { ca: 'x' } };
    const { description } = natsRegistry({ servers: ['nats-1:4222', 'tls://nats-2:4222'], client });
    expect(description).toBe('nats at nats-1:4222, tls://nats-2:4222, namespace default');
  });

  it.each<[object, string]>([
    [{ servers: [] }, 'servers: Empty. Name at least one server.'],
    [{ servers: 'nats:4222' }, 'servers: Invalid value "nats:4222". Use a list.'],
    [
      { servers: ['me:s3cret@nats:4222'] },
      'servers[0]: An address with credentials. Give them in the option client',
    ],
    [{ servers: ['nats/x'] }, 'servers[0]: Invalid value "nats/x". Use an address'],
    [{ client: [] }, 'client: Not an object. Use the options of the NATS client.'],
    [{ client: { timeout: 1 } }, 'client.timeout: The registry decides this itself. Leave it out.'],
    [{ client: { username: 'me' } }, 'client.username: Unknown option. NATS calls it user.'],
    [{ client: { password: 's3cret' } }, 'client.password: Unknown option. NATS calls it pass.'],
    [{ client: { toString: 1 } }, 'client.toString: Unknown option of the NATS client.'],
  ])('are refused when they are %j', (options, message) => {
    expect(() => natsRegistry(options as NatsRegistryOptions)).toThrow(message);
    expect(() => natsRegistry(options as NatsRegistryOptions)).not.toThrow('s3cret');
  });
});
