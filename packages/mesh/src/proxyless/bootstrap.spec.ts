import { checkBootstrap } from './bootstrap.js';

const good = {
  xds_servers: [{ server_uri: 'xds.test:18000', channel_creds: [{ type: 'insecure' }] }],
  node: { id: 'a', locality: {} },
};
const check = (environment: NodeJS.ProcessEnv) => checkBootstrap('MeshModule.forRoot', environment);
const content = (bootstrap: unknown) => check({ GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap) });

describe('the bootstrap of xDS', () => {
  it('names the server', async () => {
    await expect(content(good)).resolves.toBe('xds.test:18000');
  });

  it.each<[unknown, string]>([
    [[], 'It is not a JSON object.'],
    [{ ...good, xds_servers: [] }, 'xds_servers[0].server_uri: Missing.'],
    [{ ...good, xds_servers: [{ server_uri: 'a' }] }, 'xds_servers[0].channel_creds: Needs one with type'],
    [
      { ...good, xds_servers: [{ server_uri: 'a', channel_creds: [{ type: 'tls' }] }] },
      'xds_servers[0].channel_creds: Needs one with type insecure or google_default.',
    ],
    [{ ...good, node: undefined }, 'node.id: Missing.'],
    [{ ...good, node: { id: 'a' } }, 'node.locality: Missing.'],
  ])('%j is refused where its fault is', async (bootstrap, problem) => {
    await expect(content(bootstrap)).rejects.toThrow(
      `MeshModule.forRoot: mode: 'proxyless' reads GRPC_XDS_BOOTSTRAP_CONFIG: ${problem}`,
    );
  });

  it('that is no JSON is refused without showing it', async () => {
    const refused = check({ GRPC_XDS_BOOTSTRAP_CONFIG: '{"token":"s3cret"' });
    await expect(refused).rejects.toThrow('It is not a JSON object.');
    await expect(refused).rejects.not.toThrow('s3cret');
  });

  it('is wanted', async () => {
    await expect(check({})).rejects.toThrow('needs GRPC_XDS_BOOTSTRAP, the path of a bootstrap file, or');
  });

  it('in a file is read first, and told when it is not there', async () => {
    const environment = {
      GRPC_XDS_BOOTSTRAP: '/no/such/file',
      GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(good),
    };
    await expect(check(environment)).rejects.toThrow('cannot read GRPC_XDS_BOOTSTRAP=/no/such/file: ENOENT');
  });
});
