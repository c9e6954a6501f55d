import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where a demo service listens and keeps its files. */
export interface Environment {
  /** The port to listen on; 0 takes any free one. */
  readonly port: number;
  /** The directory of the lease files by which the services find each other. */
  readonly registryDirectory: string;
  /** The file through which the services exchange events. */
  readonly eventsFile: string;
  /** The service's own database, shared by its replicas. */
  readonly databaseFile: string;
  /** How much is logged. */
  readonly logLevel: string;
}

/** Reads `PORT`, `DATA_DIR` and `LOG_LEVEL`, and makes the directory. */
export function readEnvironment(service: string, env: NodeJS.ProcessEnv = process.env): Environment {
  const directory = resolve(env['DATA_DIR'] ?? '.rookery');
  mkdirSync(directory, { recursive: true });
  return {
    port: readPort(env['PORT'] ?? '0'),
    registryDirectory: join(directory, 'registry'),
    eventsFile: join(directory, 'events.db'),
    databaseFile: join(directory, `${service}.db`),
    logLevel: env['LOG_LEVEL'] ?? 'info',
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new RangeError(
    `PORT: Invalid value ${JSON.stringify(text)}. Use a number from 0 to 65535; 0 takes a free port.`,
  );
}
