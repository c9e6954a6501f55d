import { type ServiceInstance } from '../instance/service-instance.js';
import { latest, type Sink } from '../registry/latest.js';
import { type Lease, type RegistryBackend, type Snapshot } from '../registry/registry-backend.js';
import { fewAtATime } from './few-at-a-time.js';
import { FolderWatch } from './folder-watch.js';
import { takeLease } from './held-lease.js';
import { LeaseFolder } from './lease-folder.js';
import { type LeaseSpace } from './lease-space.js';

/**
 * A registry of files, for the processes of one host: each instance is a file that its owner writes again with every
 * beat. There is no server, so there is none that can fail.
 */
export class LeaseFileBackend implements RegistryBackend {
  readonly reach = 'host';
  readonly description: string;
  readonly #watches = new Map<string, FolderWatch>();
  #revision = 0;
  /** What watches that have ended had counted. */
  #ended = { ignoredFiles: 0, watchFailures: 0 };

  constructor(private readonly space: LeaseSpace) {
    this.description = `lease files in ${space.root}`;
  }

  open(): Promise<void> {
    return this.space.open();
  }

  register(instance: ServiceInstance, ttlMs: number): Promise<Lease> {
    return takeLease(this.space, instance, ttlMs);
  }

  async list(service: string): Promise<Snapshot> {
    const name = this.space.folderOf(service);
    const watch = this.#watches.get(name);
    if (watch) return watch.read();
    const folder = await this.#look(name);
    return { revision: this.#nextRevision(), instances: folder.living() };
  }

  async services(): Promise<readonly string[]> {
    const folders = await fewAtATime(await this.space.folders(), (name) => this.#look(name));
    return folders.flatMap((folder) => folder.living().at(0)?.service ?? []);
  }

  watch(service: string, signal: AbortSignal): AsyncIterable<Snapshot> {
    return latest<Snapshot>((sink) => this.#follow(this.space.folderOf(service), sink), signal);
  }

  async cleanup(): Promise<number> {
    const counts = await fewAtATime(await this.space.folders(), async (name) => {
      const watch = this.#watches.get(name);
      if (watch) return watch.clean();
      const folder = new LeaseFolder(this.space, name);
      await folder.scan();
      return (await folder.probe()) + (await folder.removeDead());
    });
    return counts.reduce((sum, count) => sum + count, 0);
  }

  counters(): Readonly<Record<string, number>> {
    const total = { ...this.#ended };
    for (const watch of this.#watches.values()) {
      total.ignoredFiles += watch.folder.ignored;
      total.watchFailures += watch.noticeFailures;
    }
    return total;
  }

  #follow(name: string, sink: Sink<Snapshot>): () => Promise<void> {
    const watch = this.#watches.get(name) ?? new FolderWatch(this.space, name, this.#nextRevision);
    this.#watches.set(name, watch);
    watch.add(sink);
    return async () => {
      watch.remove(sink);
      if (watch.readers > 0 || this.#watches.get(name) !== watch) return;
      this.#watches.delete(name);
      this.#ended.ignoredFiles += watch.folder.ignored;
      this.#ended.watchFailures += watch.noticeFailures;
      await watch.stop();
    };
  }

  async #look(name: string): Promise<LeaseFolder> {
    const folder = new LeaseFolder(this.space, name);
    await folder.scan();
    await folder.probe();
    return folder;
  }

  readonly #nextRevision = (): number => {
    this.#revision += 1;
    return this.#revision;
  };
}
