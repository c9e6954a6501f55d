import { type Clock, within } from '@rookery/common';
import { CONTROL_SERVICE, type RegistryBackend, type ServiceInstance } from '@rookery/discovery';
import { type CommandLine } from './command-line.js';
import { type Terminal } from './terminal.js';

/** What a command works with. */
export interface Session extends Omit<CommandLine, 'command' | 'registry' | 'directory' | 'namespace'> {
  readonly backend: RegistryBackend;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Aborts when the user has seen enough. */
  readonly signal: AbortSignal;
}

/** One question to the registry may take this long, in milliseconds. */
const PATIENCE_MS = 5_000;

/** Asks the registry, in bounded time. */
export function ask<T>(
  { backend, clock, signal }: Session,
  question: (backend: RegistryBackend, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = () => new Error(`no answer within ${PATIENCE_MS} ms`);
  return within(clock, PATIENCE_MS, (inner) => question(backend, inner), { signal, late });
}

/** The names of all services. */
export async function readServices(session: Session): Promise<string[]> {
  const names = await ask(session, (backend, signal) => backend.services(signal));
  return names.filter((name) => name !== CONTROL_SERVICE);
}

/** The instances of the services that were named, else of all, by service and id. */
export async function readInstances(session: Session): Promise<ServiceInstance[]> {
  const named = session.services.length > 0;
  const names = named ? session.services : await readServices(session);
  const sorted = [...new Set(names)].sort();
  const lists = await Promise.all(
    sorted.map((name) => ask(session, (backend, signal) => backend.list(name, signal))),
  );
  return lists.flatMap(({ instances }) => [...instances].sort((a, b) => (a.id < b.id ? -1 : 1)));
}
