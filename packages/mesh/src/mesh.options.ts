import { type Duration, type Headers, lowerCased, OptionsError, toMilliseconds } from '@rookery/common';
import { type IdentityOptions } from './identity/identity.options.js';
import { serviceAccountIds, type SpiffeIdOf } from './identity/spiffe-id.js';
import { type WorkloadIdentity } from './identity/workload-identity.js';
import { checkMeshOptions, WHERE } from './mesh.options-check.js';
import { type Readiness } from './sidecar/wait-for-sidecar.js';
import { type AuthorityOf, clusterAuthority } from './target/authority.js';

/** How services are reached. */
export type MeshMode = 'sidecar' | 'proxyless' | 'direct';

/** What an app waits for before it starts. */
export interface WaitForOptions {
  /** The sidecar's readiness URL. Default `'http://127.0.0.1:15021/healthz/ready'`, Istio's; Linkerd's is `:4191/ready`. */
  url?: string;
  /** How long it is waited for. The boot fails after that. Default `'30s'`. */
  timeout?: Duration;
}

/** Options of `MeshModule`. An option of another mode than the one that is chosen is refused. */
export interface MeshOptions {
  /**
   * - `sidecar`: HTTP to the proxy beside the app, which finds, balances, encrypts and retries.
   * - `proxyless`: gRPC, which learns all that from the mesh's control plane itself (`xds:`).
   * - `direct`: HTTP to an instance of our own discovery, with mutual TLS when there is an `identity`.
   *
   * Default `'sidecar'`.
   */
  mode?: MeshMode;
  /**
   * Sidecar: the URL of the sidecar's HTTP port, for a sidecar that is called by its address. Default `false`: the call
   * goes to the service's own name and the mesh intercepts it, as Istio and Linkerd do; their outbound ports (15001 and
   * 4140) take redirected connections only.
   */
  proxy?: string | false;
  /**
   * Sidecar and direct: the Kubernetes namespace of services that are called by a name without a dot. Default
   * `'default'`. In the mode `direct` it is part of the id that a service has to prove.
   */
  namespace?: string;
  /**
   * The authority by which the mesh knows a service. Default: `<service>.<namespace>.svc.cluster.local` for sidecars,
   * where it cannot be combined with `namespace`; the service's own name in the other modes.
   */
  authority?: AuthorityOf;
  /** How long a caller waits for an answer, retries included. Default `'10s'`. */
  timeout?: Duration;
  /** Sidecar: waits at boot until it is ready. Default: it does not wait. */
  waitFor?: WaitForOptions;
  /** Proxyless: the .proto files of the services that are called. */
  protoPath?: string | string[];
  /** Direct: how many times a call is tried again, on another instance, when that is safe. Default 2. */
  retries?: number;
  /**
   * Direct: by service, the name of the policy of `ResilienceModule.forRoot({ policies })` that guards its calls instead of
   * `retries` and a circuit breaker. `timeout` holds as well. Default: none.
   */
  policies?: Readonly<Record<string, string>>;
  /**
   * Direct: who this app is to others. With it every connection is mutual TLS, each service has to prove its SPIFFE id,
   * and instances that speak no https get no calls. Files, or an identity that is opened already; the app then closes
   * it itself. Default: none.
   */
  identity?: IdentityOptions | WorkloadIdentity;
  /** Direct: the id that a service has to prove. Default `spiffe://<trust domain>/ns/<namespace>/sa/<service>`. */
  spiffeId?: SpiffeIdOf;
  /** Headers of every call; metadata over gRPC. */
  headers?: Headers;
}

export const MESH_DEFAULTS = {
  mode: 'sidecar',
  proxy: false,
  namespace: 'default',
  timeout: '10s',
  waitFor: { url: 'http://127.0.0.1:15021/healthz/ready', timeout: '30s' },
  retries: 2,
} as const;

interface EveryMode {
  readonly authorityOf: AuthorityOf;
  readonly timeoutMs: number;
  readonly headers: Headers;
}

/** Options with every default filled in. */
export type ResolvedMeshOptions = EveryMode &
  (
    | {
        readonly mode: 'sidecar';
        readonly proxy: string | undefined;
        readonly waitFor: Readiness | undefined;
      }
    | { readonly mode: 'proxyless'; readonly protoPath: string | readonly string[] }
    | {
        readonly mode: 'direct';
        readonly retries: number;
        /** Names of policies by service. */
        readonly policies: ReadonlyMap<string, string>;
        readonly identity: IdentityOptions | WorkloadIdentity | undefined;
        readonly spiffeIdOf: SpiffeIdOf;
      }
  );

/** Checks the options and fills in what is left out. Throws an `OptionsError` that names every problem. */
export function resolveMeshOptions(options: MeshOptions): ResolvedMeshOptions {
  const { mode = MESH_DEFAULTS.mode, timeout, headers } = checkMeshOptions(options);
  const every = {
    timeoutMs: toMilliseconds(timeout ?? MESH_DEFAULTS.timeout),
    headers: lowerCased(headers ?? {}),
    authorityOf: options.authority ?? itself,
  };
  if (mode === 'sidecar') return { ...every, ...sidecar(options) };
  return mode === 'direct' ? { ...every, ...direct(options) } : { ...every, ...proxyless(options) };
}

const itself: AuthorityOf = (service) => service;

function sidecar({ proxy, namespace, authority, waitFor }: MeshOptions) {
  return {
    mode: 'sidecar' as const,
    proxy: (proxy ?? MESH_DEFAULTS.proxy) || undefined,
    authorityOf: authority ?? clusterAuthority(namespace ?? MESH_DEFAULTS.namespace),
    waitFor: waitFor && resolveWaitFor(waitFor),
  };
}

function proxyless({ protoPath }: MeshOptions) {
  if (protoPath === undefined)
    throw new OptionsError(WHERE, ["protoPath: Missing. mode: 'proxyless' needs it."]);
  return { mode: 'proxyless' as const, protoPath };
}

function direct({
  identity,
  spiffeId,
  namespace = MESH_DEFAULTS.namespace,
  retries,
  policies = {},
}: MeshOptions) {
  return {
    mode: 'direct' as const,
    retries: retries ?? MESH_DEFAULTS.retries,
    policies: new Map(Object.entries(policies)),
    identity,
    spiffeIdOf: spiffeId ?? serviceAccountIds(identity?.trustDomain ?? '', namespace),
  };
}

function resolveWaitFor({ url, timeout }: WaitForOptions): Readiness {
  return {
    url: url ?? MESH_DEFAULTS.waitFor.url,
    timeoutMs: toMilliseconds(timeout ?? MESH_DEFAULTS.waitFor.timeout),
  };
}
