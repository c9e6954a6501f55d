import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Clock,
  ensurePrivateDirectory,
  identifySelf,
  ifPresent,
  type ProcessIdentity,
  type Random,
  systemCode,
} from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { fileNameFor, LEASE_SUFFIX } from './file-names.js';

/** Where the leases are, and what everything that reads or writes them needs: one directory for each service. */
export class LeaseSpace {
  #self: Promise<ProcessIdentity> | undefined;

  /** @param root The namespace's directory. Its parent is made and checked as well: both have to be this user's. */
  constructor(
    readonly root: string,
    readonly clock: Clock,
    readonly random: Random,
  ) {}

  self(): Promise<ProcessIdentity> {
    this.#self ??= identifySelf();
    return this.#self;
  }

  /** Makes the root, or refuses it. */
  async open(): Promise<void> {
    for (const directory of [dirname(this.root), this.root]) {
      // Whoever can write here may redirect every call of the system.
      await ensurePrivateDirectory(directory, 'writing', 'give leaseFileRegistry another directory');
    }
  }

  /** The name of a service's directory in the root. */
  folderOf(service: string): string {
    return fileNameFor(service);
  }

  pathOf(folder: string, file = ''): string {
    return join(this.root, folder, file);
  }

  /** The name of an instance's file in its service's directory. */
  fileOf({ id }: Pick<ServiceInstance, 'id'>): string {
    return `${fileNameFor(id)}${LEASE_SUFFIX}`;
  }

  async folders(): Promise<string[]> {
    const entries = (await ifPresent(readdir(this.root, { withFileTypes: true }))) ?? [];
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  /** Makes a service's directory, and the root when somebody has removed that too. */
  async prepare(folder: string): Promise<void> {
    const path = this.pathOf(folder);
    const made = await ifPresent(makeDirectory(path));
    if (made) return;
    await this.open();
    await makeDirectory(path);
  }
}

async function makeDirectory(path: string): Promise<true> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  return true;
}
