import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultDirectory, ifPresent, is, messageOf } from '@rookery/common';
import { leaseFileRegistry, type RegistryBackend } from '@rookery/discovery';
import { type CommandLine } from './command-line.js';
import { UsageError } from './errors/usage.error.js';

const isRegistry = is.implementing('RegistryBackend', 'register', 'list', 'services', 'watch', 'cleanup');

/** What is no name of a package. */
const PATH = /^[./]|^[A-Za-z]:/;

type Place = Pick<CommandLine, 'registry' | 'directory' | 'namespace'>;

/** The registry that the command line names. It opens lease files only where there are some. */
export async function openRegistry(place: Place, cwd: string): Promise<RegistryBackend> {
  return place.registry === undefined ? openLeaseFiles(place, cwd) : loadRegistry(place.registry, cwd);
}

async function openLeaseFiles({ directory, namespace }: Place, cwd: string): Promise<RegistryBackend> {
  const parent = directory === undefined ? defaultDirectory() : resolve(cwd, directory);
  const backend = leaseFileRegistry({ directory: parent, ...(namespace !== undefined && { namespace }) });
  const root = join(parent, namespace ?? 'default');
  const found = await ifPresent(access(root).then(() => true));
  if (found) await backend.open?.();
  // A misspelt name would look like a system in which nobody is registered.
  else if (directory !== undefined || namespace !== undefined)
    throw new UsageError(`There is no directory ${root}, so nobody has registered there.`);
  return backend;
}

/** The address of a server, or what has a password in it. A drive letter is the start of a path. */
const ADDRESS = /^[a-z][a-z\d+.-]+:|^[^/\\]*:[^/\\]*@/i;

async function loadRegistry(given: string, cwd: string): Promise<RegistryBackend> {
  // It is not quoted, because it may hold a password.
  if (ADDRESS.test(given))
    throw new UsageError(
      '--registry: This is an address. Name a module that exports a registry, such as redisRegistry({ url }).',
    );
  const [specifier = '', name = 'default'] = given.split('#');
  const where = `--registry ${given}`;
  const exported = await importFrom(specifier, cwd).catch(async (error: unknown) => {
    // What follows the first line is about the loader.
    const [reason = ''] = messageOf(error).split('\n');
    const hint = (await isForgottenPath(specifier, cwd)) ? ` Write ./${specifier} for the file.` : '';
    throw new UsageError(`${where}: The module cannot be loaded: ${reason.replace(/\.$/, '')}.${hint}`);
  });
  if (!(name in exported)) {
    const names = Object.keys(exported).join(', ') || 'nothing';
    throw new UsageError(`${where}: The module does not export ${name}. It exports ${names}.`);
  }
  const value: unknown = exported[name];
  const backend: unknown = typeof value === 'function' ? await (value as () => unknown)() : value;
  const problems: string[] = [];
  isRegistry(backend ?? null, '', problems);
  if (problems.length > 0) throw new UsageError(`${where}: It is no registry. ${problems.join(' ')}`);
  const registry = backend as RegistryBackend;
  await registry.open?.();
  return registry;
}

/** Whether it was taken for the name of a package, and a file has that name. */
async function isForgottenPath(specifier: string, cwd: string): Promise<boolean> {
  if (specifier === '' || PATH.test(specifier)) return false;
  return access(resolve(cwd, specifier)).then(
    () => true,
    () => false,
  );
}

async function importFrom(specifier: string, cwd: string): Promise<Record<string, unknown>> {
  const from = createRequire(pathToFileURL(join(cwd, 'rookery.js')));
  // Packages are those of the project that is looked at, not those of this tool.
  const path = PATH.test(specifier) ? resolve(cwd, specifier) : from.resolve(specifier);
  return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
}
