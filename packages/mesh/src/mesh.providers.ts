import { Logger, type Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CallObserver, noObserver, OptionsError, ServiceInfo, systemClock } from '@rookery/common';
import { PolicyRegistry } from '@rookery/resilience';
import { MeshClient } from './client/mesh-client.js';
import { MESH_MODULE_OPTIONS } from './mesh.module-definition.js';
import { type MeshOptions, type ResolvedMeshOptions, resolveMeshOptions } from './mesh.options.js';
import { httpProbe } from './sidecar/probe.js';
import { SidecarTransport } from './sidecar/sidecar-transport.js';
import { waitForSidecar } from './sidecar/wait-for-sidecar.js';

const RESOLVED = Symbol('@rookery/mesh:options');
const TRANSPORT = Symbol('@rookery/mesh:transport');

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
      provide: TRANSPORT,
      inject: [RESOLVED],
      useFactory: ({ proxy }: ResolvedMeshOptions) => new SidecarTransport(proxy),
    },
    {
      provide: MeshClient,
      inject: [
        RESOLVED,
        TRANSPORT,
        { token: PolicyRegistry, optional: true },
        { token: CallObserver, optional: true },
        { token: ServiceInfo, optional: true },
      ],
      useFactory: createClient,
    },
  ];
}

/** The client is there only when the sidecar is: whoever is injected with it can call at once, in the boot as well. */
async function createClient(
  { waitFor, authorityOf, timeoutMs, headers }: ResolvedMeshOptions,
  transport: SidecarTransport,
  policies: PolicyRegistry | undefined,
  observer: CallObserver | undefined,
  info: ServiceInfo | undefined,
): Promise<MeshClient> {
  const log = new Logger('MeshClient');
  if (waitFor) await waitForSidecar(waitFor, { clock: systemClock, probe: httpProbe, log });
  return new MeshClient({
    transport,
    authorityOf,
    timeoutMs,
    headers: { 'user-agent': `rookery-mesh (${info?.name ?? 'unnamed'})`, ...headers },
    // Without ResilienceModule nobody listens to the policies' events, and the time limit holds all the same.
    policies: policies ?? new PolicyRegistry(),
    observer: observer ?? noObserver,
    clock: systemClock,
    log,
  });
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
