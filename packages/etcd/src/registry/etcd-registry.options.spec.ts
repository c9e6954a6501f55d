import { etcdRegistry } from './etcd-registry.js';

describe('the options of an etcd registry', () => {
  it('may all be left out', () => {
    expect(etcdRegistry().description).toBe('etcd at http://127.0.0.1:2379, namespace default');
  });

  it('are described without a password', () => {
    const endpoints = ['https://etcd-1:2379/', 'https://etcd-2:2379'];
    const { description } = etcdRegistry({
      endpoints,
      username: 'me',
      password: 's3cret',
      namespace: 'shop',
    });
    expect(description).toBe('etcd at https://etcd-1:2379, https://etcd-2:2379, namespace shop');
  });

  it.each<[object, string]>([
    [{ endpoints: [] }, 'endpoints: Empty. Name at least one endpoint.'],
    [{ endpoints: 'http://etcd:2379' }, 'endpoints: Invalid value "http://etcd:2379". Use a list.'],
    [{ endpoints: ['etcd:2379'] }, 'endpoints[0]: Invalid value "etcd:2379". Use a URL'],
    [{ endpoints: ['http://etcd:2379/v3'] }, 'without credentials and path'],
    [{ endpoints: ['http://etcd:99999'] }, 'endpoints[0]'],
    [{ username: 'me' }, 'One of username and password is missing.'],
    [{ username: undefined, password: 's3cret' }, 'One of username and password is missing.'],
    [{ namespace: 'a/b' }, 'namespace: Invalid value "a/b".'],
    [{ timeout: 0 }, 'timeout: Invalid value 0.'],
    [{ idle: '10m' }, 'at most 240000 ms'],
    [{ hosts: [] }, 'hosts: Unknown option. Known options: endpoints,'],
    [{ tls: {} }, 'tls: fetch takes no certificates. Name your authority in NODE_EXTRA_CA_CERTS'],
    [{ cert: 'x', key: 'y' }, 'key: fetch takes no certificates.'],
  ])('are refused when they are %j', (options, message) => {
    expect(() => etcdRegistry(options)).toThrow(message);
  });

  it('show no password where one stands in an endpoint', () => {
    const options = { endpoints: ['http://root:hunter2@etcd:2379'] };
    expect(() => etcdRegistry(options)).toThrow('without credentials');
    expect(() => etcdRegistry(options)).not.toThrow('hunter2');
  });
});
