import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What Debian puts each command into. */
const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  iptables: 'iptables',
  nsenter: 'util-linux',
  python3: 'python3',
  setpriv: 'util-linux',
  unshare: 'util-linux',
};

/** Throws when an experiment cannot have networks of its own here, or has not the commands that it needs. */
export function requireNetworks(...commands: string[]): void {
  if (process.getuid?.() !== 0)
    throw new Error(
      'Networks of its own can only be made by root on Linux. Run it as root, or in a container as root.',
    );
  const missing = ['ip', 'nsenter', 'setpriv', 'unshare', ...commands].filter((command) => !isThere(command));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((command) => PACKAGES[command] ?? command))];
  throw new Error(`${missing.join(', ')} not found. On Debian: apt-get install ${packages.join(' ')}.`);
}

/** Throws when there are no TUN devices, by which programs take part in a network. */
export function requireTunDevices(): void {
  if (!isUsable('/dev/net/tun', constants.R_OK | constants.W_OK))
    throw new Error(
      'There is no /dev/net/tun. On Linux: modprobe tun; a container needs --device /dev/net/tun.',
    );
}

function isThere(command: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => isUsable(join(folder, command), constants.X_OK));
}

function isUsable(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
