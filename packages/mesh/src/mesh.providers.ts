import { Logger, type Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CallObserver, noObserver, OptionsError, ServiceInfo, systemClock } from '@rookery/common';
import { AddressGuard, LoadBalancer } from '@rookery/discovery';
import { type Pipeline, PolicyRegistry } from '@rookery/resilience';
import { MeshClient } from './client/mesh-client.js';
import { MeshLifecycle } from './mesh.lifecycle.js';
import { openTransport } from './mesh-transports.js';
import { MESH_MODULE_OPTIONS } from './mesh.module-definition.js';
import { type MeshOptions, type ResolvedMeshOptions, resolveMeshOptions } from './mesh.options.js';
import { WHERE } from './mesh.options-check.js';
import { httpProbe } from './sidecar/probe.js';
import { waitForSidecar } from './sidecar/wait-for-sidecar.js';

const RESOLVED = Symbol('@rookery/mesh:options');

/** What the module consists of. `module` is the module's class, by which a second import is seen. */
export function meshProviders(module: () => unknown): Provider[] {
  return [
    {
      provide: RESOLVED,
      inject: [MESH_MODULE_OPTIONS, ModulesContainer],
      useFactory(options: MeshOptions, modules: ModulesContainer) {
        assertImportedOnce(modules, module());
        return resolveMeshOptions(options);
      },
    },
    {
      provide: MeshLifecycle,
      inject: [RESOLVED, optional(LoadBalancer), optional(AddressGuard), optional(ServiceInfo)],
      useFactory: async (
        options: ResolvedMeshOptions,
        balancer?: LoadBalancer,
        guard?: AddressGuard,
        info?: ServiceInfo,
      ) => {
        const parts = {
          balancer,
          guard,
          userAgent: userAgentOf(info),
          clock: systemClock,
          log: new Logger('Mesh'),
        };
        return new MeshLifecycle(await openTransport(options, parts));
      },
    },
    {
      provide: MeshClient,
      inject: [
        RESOLVED,
        MeshLifecycle,
        optional(PolicyRegistry),
        optional(CallObserver),
        optional(ServiceInfo),
      ],
      useFactory: createClient,
    },
  ];
}

const optional = (token: unknown) => ({ token: token as never, optional: true });

const userAgentOf = (info: ServiceInfo | undefined) => `rookery-mesh (${info?.name ?? 'unnamed'})`;

/** The client is there only when the sidecar is: whoever is injected with it can call at once, in the boot as well. */
async function createClient(
  options: ResolvedMeshOptions,
  { opened }: MeshLifecycle,
  policies: PolicyRegistry | undefined,
  observer: CallObserver | undefined,
  info: ServiceInfo | undefined,
): Promise<MeshClient> {
  const log = new Logger('MeshClient');
  const { mode, authorityOf, timeoutMs, headers } = options;
  if (mode === 'sidecar' && options.waitFor) {
    await waitForSidecar(options.waitFor, { clock: systemClock, probe: httpProbe, log });
  }
  // Without ResilienceModule nobody listens to the policies' events, and the time limit holds all the same.
  const known = policies ?? new PolicyRegistry();
  return new MeshClient({
    transport: opened.transport,
    authorityOf,
    timeoutMs,
    // gRPC says who it is by itself, where such a header is not allowed.
    headers: mode === 'proxyless' ? headers : { 'user-agent': userAgentOf(info), ...headers },
    policies: known,
    ...(mode === 'direct' && { pipelines: namedPipelines(options.policies, known) }),
    observer: observer ?? noObserver,
    clock: systemClock,
    log,
  });
}

/** Throws an `OptionsError` that names every policy that is not there. */
function namedPipelines(
  names: ReadonlyMap<string, string>,
  policies: PolicyRegistry,
): ReadonlyMap<string, Pipeline> {
  const missing = [...names].filter(([, name]) => !policies.has(name));
  if (missing.length > 0) {
    const problem = ([service, name]: readonly [string, string]) =>
      `policies.${service}: There is no policy "${name}". Define it in ResilienceModule.forRoot({ policies }).`;
    throw new OptionsError(WHERE, missing.map(problem));
  }
  return new Map([...names].map(([service, name]) => [service, policies.pipeline(name)]));
}

/** Two imports would be two clients, and which of them a provider gets would depend on where it stands. */
function assertImportedOnce(modules: ModulesContainer, module: unknown): void {
  const times = [...modules.values()].filter(({ metatype }) => metatype === module).length;
  if (times > 1) {
    throw new OptionsError('MeshModule.forRoot', [
      `Imported ${times} times, so there would be as many clients. Import it once, in the root module: it is global.`,
    ]);
  }
}
