import { type MeshOptions, resolveMeshOptions } from './mesh.options.js';

describe('options of MeshModule', () => {
  it('have defaults', () => {
    const { authorityOf, ...resolved } = resolveMeshOptions({});
    expect(resolved).toEqual({
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
      proxy: 'http://127.0.0.1:15001',
      timeoutMs: 2_000,
      waitFor: { url: 'http://127.0.0.1:15021/healthz/ready', timeoutMs: 30_000 },
      headers: { 'x-tenant': 'a' },
    });
    expect(authorityOf('users')).toBe('users.shop.svc.cluster.local');
  });

  it.each<[unknown, string]>([
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
