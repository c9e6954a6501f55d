import { type MeshOptions, resolveMeshOptions } from './mesh.options.js';

const identity = {
  certificate: 'cert.pem',
  key: 'key.pem',
  trustBundle: 'ca.pem',
  trustDomain: 'example.org',
};

describe('options of MeshModule', () => {
  it('have defaults', () => {
    const { authorityOf, ...resolved } = resolveMeshOptions({});
    expect(resolved).toEqual({
      mode: 'sidecar',
      proxy: undefined,
      timeoutMs: 10_000,
      waitFor: undefined,
      headers: {},
    });
    expect(authorityOf('users')).toBe('users.default.svc.cluster.local');
  });

  it('are resolved', () => {
    const { authorityOf, ...resolved } = resolveMeshOptions({
      proxy: 'http://127.0.0.1:15001',
      namespace: 'shop',
      timeout: '2s',
      waitFor: {},
      headers: { 'X-Tenant': 'a' },
    });
    expect(resolved).toEqual({
      mode: 'sidecar',
      proxy: 'http://127.0.0.1:15001',
      timeoutMs: 2_000,
      waitFor: { url: 'http://127.0.0.1:15021/healthz/ready', timeoutMs: 30_000 },
      headers: { 'x-tenant': 'a' },
    });
    expect(authorityOf('users')).toBe('users.shop.svc.cluster.local');
  });

  it('of the other modes have defaults as well', () => {
    const { authorityOf, ...proxyless } = resolveMeshOptions({ mode: 'proxyless', protoPath: 'a.proto' });
    expect(proxyless).toEqual({ mode: 'proxyless', protoPath: 'a.proto', timeoutMs: 10_000, headers: {} });
    expect(authorityOf('users')).toBe('users');
    const direct = resolveMeshOptions({ mode: 'direct', identity, namespace: 'shop' });
    expect(direct).toMatchObject({ mode: 'direct', retries: 2, identity });
    expect(direct.authorityOf('users')).toBe('users');
    const { spiffeIdOf } = direct as Extract<typeof direct, { mode: 'direct' }>;
    expect(spiffeIdOf('users')).toBe('spiffe://example.org/ns/shop/sa/users');
    expect(spiffeIdOf('users.billing')).toBe('spiffe://example.org/ns/billing/sa/users');
  });

  it.each<[unknown, string]>([
    [{ mode: 'ambient' }, "mode: Invalid value \"ambient\". Use 'sidecar' or 'proxyless' or 'direct'."],
    [{ mode: 'proxyless' }, "protoPath: Missing. mode: 'proxyless' needs it."],
    [
      { mode: 'proxyless', protoPath: [], proxy: 'http://a' },
      "proxy: It means nothing in the mode 'proxyless', only in 'sidecar'.",
    ],
    [
      { mode: 'proxyless', protoPath: 'a', namespace: 'shop' },
      "namespace: It means nothing in the mode 'proxyless', only in 'sidecar' and 'direct'.",
    ],
    [{ mode: 'direct', waitFor: {} }, "waitFor: It means nothing in the mode 'direct'"],
    [{ mode: 'direct', retries: -1 }, 'retries: Invalid value -1.'],
    [{ policies: { users: 'a' } }, "policies: It means nothing in the mode 'sidecar', only in 'direct'."],
    [{ mode: 'direct', policies: { users: '' } }, 'policies.users: Invalid value "".'],
    [{ mode: 'direct', policies: { '../users': 'a' } }, 'policies, the key "../users": Invalid value'],
    [{ mode: 'direct', spiffeId: String }, 'spiffeId: Nobody proves an id without identity.'],
    [
      { mode: 'direct', identity: { ...identity, trustDomain: 'spiffe://a' } },
      'identity.trustDomain: Invalid value "spiffe://a".',
    ],
    [{ mode: 'direct', identity: { ...identity, key: undefined } }, 'identity.key: Missing.'],
    [{ identity }, "identity: It means nothing in the mode 'sidecar', only in 'direct'."],
    [{ retries: 1 }, "retries: It means nothing in the mode 'sidecar', only in 'direct'."],
    [{ proxy: 'https://127.0.0.1:15001' }, 'proxy: Invalid value "https://127.0.0.1:15001".'],
    [{ proxy: 'http://127.0.0.1:15001/path' }, 'proxy: Invalid value'],
    [{ proxy: 'http://user:secret@127.0.0.1' }, 'proxy: Invalid value'],
    [{ proxy: '127.0.0.1:15001' }, 'proxy: Invalid value'],
    [{ proxy: true }, 'proxy: Invalid value true.'],
    [{ namespace: 'Shop' }, 'namespace: Invalid value "Shop".'],
    [{ namespace: 'a.b' }, 'namespace: Invalid value "a.b".'],
    [{ namespace: 'shop', authority: String }, 'namespace: It cannot be combined with authority.'],
    [{ authority: 'users' }, 'authority: Invalid value "users".'],
    [{ timeout: 0 }, 'timeout: Invalid value 0.'],
    [{ timeout: 'soon' }, 'timeout: Invalid value "soon".'],
    [{ waitFor: true }, 'waitFor: Invalid value true.'],
    [{ waitFor: { url: '/healthz' } }, 'waitFor.url: Invalid value "/healthz".'],
    [{ waitFor: { timeout: -1 } }, 'waitFor.timeout: Invalid value -1.'],
    [{ waitFor: { uri: 'http://a' } }, 'waitFor.uri: Unknown option.'],
    [{ headers: [] }, 'headers: Invalid value a list.'],
    [{ headers: { Host: 'a' } }, 'headers.Host: Set by the client itself.'],
    [{ headers: { 'x y': 'a' } }, 'headers.x y: Invalid name.'],
    [{ headers: { 'x-tenant': 'a\r\nb' } }, 'headers.x-tenant: Invalid value.'],
    [{ headers: { 'x-tenant': 1 } }, 'headers.x-tenant: Invalid value.'],
    [{ prxy: false }, 'prxy: Unknown option.'],
  ])('%j are refused by path', (options, problem) => {
    expect(() => resolveMeshOptions(options as MeshOptions)).toThrow(`MeshModule.forRoot: ${problem}`);
  });

  it('are refused without showing a header, which may be a secret', () => {
    expect(() => resolveMeshOptions({ headers: { authorization: 'Bearer s3cret\n' } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('s3cret') }),
    );
  });
});
