import { join } from 'node:path';
import { leaseFileRegistry, type ServiceInstance, ServiceRegistry } from '@rookery/discovery';
import { eventually, FleetHarness, type FleetProcess } from '@rookery/testing';

const root = join(import.meta.dirname, '..', '..');

/** The demo's services as processes of this machine, and the registry through which they are found. */
export class DemoFleet {
  readonly #harness: FleetHarness;
  readonly #registry: ServiceRegistry;
  #started = 0;

  private constructor(harness: FleetHarness, registry: ServiceRegistry) {
    this.#harness = harness;
    this.#registry = registry;
  }

  static async create(
    collector: string,
    onLine: (line: string, process: FleetProcess) => void,
  ): Promise<DemoFleet> {
    const harness = await FleetHarness.create({
      onLine,
      env: {
        PORT: '0',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      },
    });
    const registry = new ServiceRegistry({
      backend: leaseFileRegistry({ directory: join(harness.directory, 'registry') }),
    });
    return new DemoFleet(harness, registry);
  }

  /** The directory with the services' files. */
  get directory(): string {
    return this.#harness.directory;
  }

  start(service: 'user-service' | 'order-service'): FleetProcess {
    this.#started += 1;
    return this.#harness.start({
      name: `${service}-${this.#started}`,
      script: join(root, 'dist', 'apps', service, 'main.js'),
      env: { DATA_DIR: this.#harness.directory },
    });
  }

  /** Resolves with the instances of a service that serve HTTP when exactly `count` of them are registered. */
  instances(service: string, count: number): Promise<readonly ServiceInstance[]> {
    return eventually(
      `${count} instances of ${service} in the registry`,
      async () => {
        const registered = await this.#registry.discover(service).catch(() => []);
        const instances = registered.filter(({ protocol }) => protocol === 'http');
        return instances.length === count && instances;
      },
      { within: 30_000 },
    );
  }

  async stop(): Promise<void> {
    await this.#registry.close();
    await this.#harness.stop();
  }
}
