import { type EncodedResource, type ResourceType } from '../wire/messages.js';
import { type ChangeListener, ExportedService, type ExportParts } from './exported-service.js';
import { subjectOf } from './resource-name.js';
import { type ServiceNames } from './service-names.js';

/** A resource as it is at present: not known yet, not exported, or there. */
export type Looked = 'unknown' | 'missing' | EncodedResource;

interface Entry {
  readonly exported: ExportedService;
  users: number;
}

/** The resources of all names that somebody uses. A name is followed in the registry from its first user to its last. */
export class ResourceBook {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<ChangeListener>();
  readonly #parts: ExportParts;
  #version = 0;

  constructor(
    parts: Omit<ExportParts, 'onChange'>,
    readonly names: ServiceNames,
  ) {
    this.#parts = { ...parts, onChange: (name, all) => this.#changed(name, all) };
  }

  /** Grows with every change of any resource. */
  get version(): number {
    return this.#version;
  }

  look(type: ResourceType, name: string): Looked {
    const entry = this.#entries.get(name);
    return entry ? (entry.exported.resource(type) ?? 'unknown') : 'missing';
  }

  /** Whether the name was ever seen with an instance. */
  populated(name: string): boolean {
    return this.#entries.get(name)?.exported.populated ?? false;
  }

  /** Keeps a name up to date until it is released as often. A name that stands for no exported service is missing. */
  use(name: string): void {
    const known = this.#entries.get(name);
    if (known) {
      known.users += 1;
      return;
    }
    const subject = subjectOf(name);
    if (!subject || !this.names.includes(subject.service)) return;
    this.#entries.set(name, { exported: new ExportedService(name, subject, this.#parts), users: 1 });
  }

  release(name: string): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    this.#entries.delete(name);
    entry.exported.close();
  }

  /** Calls the listener on each change; returns the function that ends it. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.names.close();
    for (const { exported } of this.#entries.values()) exported.close();
    this.#entries.clear();
  }

  #changed(name: string, all: boolean): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener(name, all);
  }
}
