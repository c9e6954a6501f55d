import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Clock,
  ensurePrivateDirectory,
  identifySelf,
  ifPresent,
  messageOf,
  OptionsError,
  type ProcessIdentity,
  type Random,
  systemCode,
} from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { fileNameFor, LEASE_SUFFIX, WRITING_FOLDER } from './file-names.js';
import { FirstWarnings } from './first-warnings.js';

/** Where the leases are, and what everything that reads or writes them needs: one directory for each service, and one to write in. */
export class LeaseSpace {
  readonly warnings = new FirstWarnings();
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
      await ensurePrivateDirectory(directory, 'writing', 'give leaseFileRegistry another directory').catch(
        (error: unknown) => {
          throw isNoDirectory(error) ? notThere(directory, error) : error;
        },
      );
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

  /** Where leases are written before they are put in their place. */
  get writing(): string {
    return this.pathOf(WRITING_FOLDER);
  }

  /** The directories of the services. */
  async folders(): Promise<string[]> {
    const entries = (await ifPresent(readdir(this.root, { withFileTypes: true }))) ?? [];
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return folders.filter((name) => name !== WRITING_FOLDER);
  }

  /** Makes a service's directory and the one for writing, and the root when somebody has removed that too. */
  async prepare(folder: string): Promise<void> {
    const make = async () => {
      // The service's last: who has watched it while it was empty removes it in the end.
      for (const path of [this.writing, this.pathOf(folder)]) await makeDirectory(path);
      return true;
    };
    if (await ifPresent(make())) return;
    await this.open();
    await make();
  }
}

/** A file has its name, or the name of one above it. */
function isNoDirectory(error: unknown): boolean {
  return ['EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '');
}

function notThere(directory: string, error: unknown): OptionsError {
  return new OptionsError('leaseFileRegistry', [
    `directory: ${directory} cannot be a directory: ${messageOf(error)}. Name another one.`,
  ]);
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}
