import {
  check,
  type Check,
  checkOptions,
  type Duration,
  type Headers,
  headersCheck,
  is,
  lowerCased,
  OptionsError,
  shape,
  toMilliseconds,
} from '@rookery/common';
import { type Readiness } from './sidecar/wait-for-sidecar.js';
import { type AuthorityOf, clusterAuthority } from './target/authority.js';

/** What an app waits for before it starts. */
export interface WaitForOptions {
  /** The sidecar's readiness URL. Default `'http://127.0.0.1:15021/healthz/ready'`, Istio's; Linkerd's is `:4191/ready`. */
  url?: string;
  /** How long it is waited for. The boot fails after that. Default `'30s'`. */
  timeout?: Duration;
}

/** Options of `MeshModule`. */
export interface MeshOptions {
  /**
   * The URL of the sidecar's HTTP port, for a sidecar that is called by its address. Default `false`: the call goes to
   * the service's own name and the mesh intercepts it, as Istio and Linkerd do; their outbound ports (15001 and 4140)
   * take redirected connections only.
   */
  proxy?: string | false;
  /** The Kubernetes namespace of services that are called by a name without a dot. Default `'default'`. */
  namespace?: string;
  /**
   * The authority by which the mesh knows a service. Default: `<service>.<namespace>.svc.cluster.local`.
   * It cannot be combined with `namespace`.
   */
  authority?: AuthorityOf;
  /** How long a caller waits for an answer, the mesh's retries included. Default `'10s'`. */
  timeout?: Duration;
  /** Waits at boot until the sidecar is ready. Default: it does not wait. */
  waitFor?: WaitForOptions;
  /** Headers of every call. */
  headers?: Headers;
}

export const MESH_DEFAULTS = {
  proxy: false,
  namespace: 'default',
  timeout: '10s',
  waitFor: { url: 'http://127.0.0.1:15021/healthz/ready', timeout: '30s' },
} as const;

/** Options with every default filled in. */
export interface ResolvedMeshOptions {
  readonly proxy: string | undefined;
  readonly authorityOf: AuthorityOf;
  readonly timeoutMs: number;
  readonly waitFor: Readiness | undefined;
  readonly headers: Headers;
}

const checkAll: Check = shape<MeshOptions>({
  proxy: is.orFalse(
    check(
      isOrigin,
      'false or an http URL without a path, such as "http://127.0.0.1:15001"; the sidecar does the encrypting',
    ),
  ),
  namespace: check(
    (value) => typeof value === 'string' && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value),
    'a Kubernetes namespace: up to 63 lower-case letters, digits and dashes',
  ),
  authority: is.callable,
  timeout: is.duration({ min: 1 }),
  waitFor: shape<WaitForOptions>({
    url: check((value) => httpUrl(value) !== undefined, 'an http URL'),
    timeout: is.duration({ min: 1 }),
  }),
  headers: headersCheck,
});

/** Checks the options and fills in what is left out. Throws an `OptionsError` that names every problem. */
export function resolveMeshOptions(options: MeshOptions): ResolvedMeshOptions {
  const where = 'MeshModule.forRoot';
  const { proxy, namespace, authority, timeout, waitFor, headers } = checkOptions(where, checkAll, options);
  if (authority && namespace !== undefined) {
    throw new OptionsError(where, [
      'namespace: It cannot be combined with authority. Let authority put it in.',
    ]);
  }
  return {
    proxy: (proxy ?? MESH_DEFAULTS.proxy) || undefined,
    authorityOf: authority ?? clusterAuthority(namespace ?? MESH_DEFAULTS.namespace),
    timeoutMs: toMilliseconds(timeout ?? MESH_DEFAULTS.timeout),
    waitFor: waitFor && resolveWaitFor(waitFor),
    headers: lowerCased(headers ?? {}),
  };
}

function resolveWaitFor({ url, timeout }: WaitForOptions): Readiness {
  return {
    url: url ?? MESH_DEFAULTS.waitFor.url,
    timeoutMs: toMilliseconds(timeout ?? MESH_DEFAULTS.waitFor.timeout),
  };
}

function httpUrl(value: unknown): URL | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return url.protocol === 'http:' ? url : undefined;
}

function isOrigin(value: unknown): boolean {
  const url = httpUrl(value);
  return url !== undefined && url.href === `${url.origin}/`;
}
