import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EngineProgram, type Runner } from './engine-program.js';

const run = promisify(execFile);

/** Where Debian keeps the programs of each version; elsewhere they are where all programs are. */
const DEBIAN = '/usr/lib/postgresql';

const programs = existsSync(DEBIAN)
  ? readdirSync(DEBIAN)
      .sort((a, b) => Number(a) - Number(b))
      .map((version) => join(DEBIAN, version, 'bin'))
      .at(-1)
  : undefined;
const program = (name: string) => (programs ? join(programs, name) : name);

/** The server refuses to run as root, so root runs it as the user that its package has made. */
function runner(): Runner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (kind: '-u' | '-g') => Number(execFileSync('id', [kind, 'postgres']));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** A PostgreSQL that trusts everybody who reaches it on loopback; its superuser is `postgres`. */
export const postgresProgram: EngineProgram = {
  command: program('postgres'),
  args: ({ port, directory }) => {
    const place = ['-D', directory, '-k', directory, '-p', String(port)];
    return [...place, '-c', 'listen_addresses=127.0.0.1'];
  },
  async prepare({ directory }) {
    if (existsSync(join(directory, 'PG_VERSION'))) return;
    const user = runner();
    if (user) await chown(directory, user.uid, user.gid);
    await run(program('initdb'), ['-D', directory, '-U', 'postgres', '-A', 'trust', '--no-sync'], user);
  },
  runner,
  async ready({ port }) {
    await run(program('pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]);
    return true;
  },
  // What served the connections of a killed server takes a moment to notice.
  lingers: true,
};
