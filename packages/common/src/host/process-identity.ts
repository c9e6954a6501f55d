import { readFileSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { systemCode } from './system-error.js';

/** A process, told from all others of the host, also from a later one with the same number. */
export interface ProcessIdentity {
  /** The host since its last boot, and the process namespace in it. Processes of another realm cannot be probed. */
  readonly realm: string;
  readonly pid: number;
  /** When it started, in the kernel's ticks; empty where the system does not tell. */
  readonly started: string;
}

/** `unknown`: it belongs to another host or container, or the system does not tell. */
export type ProcessState = 'running' | 'gone' | 'unknown';

/** States of a process that will never run again, although its number is still taken. See proc(5). */
const DEAD_STATES = new Set(['Z', 'X', 'x']);

/** Who this process is. */
export async function identifySelf(): Promise<ProcessIdentity> {
  return { realm: await findRealm(), pid: process.pid, started: ownStart() };
}

/** Empty where there is no /proc. */
function ownStart(): string {
  try {
    return processStat(process.pid).started;
  } catch {
    return '';
  }
}

/** Whether the process that `identity` names still runs, as seen from `self`. */
export function probeProcess(identity: ProcessIdentity, self: ProcessIdentity): ProcessState {
  if (identity.realm !== self.realm || identity.realm === '') return 'unknown';
  if (self.started === '') return probeBySignal(identity.pid);
  try {
    const { state, started } = processStat(identity.pid);
    return started !== identity.started || DEAD_STATES.has(state) ? 'gone' : 'running';
  } catch (error) {
    // Only these two say that there is no such process; a full file table, for one, says nothing about it.
    return ['ENOENT', 'ESRCH'].includes(systemCode(error) ?? '') ? 'gone' : 'unknown';
  }
}

/** For systems without /proc. A number that was given to a new process looks alive; the time to live settles that. */
function probeBySignal(pid: number): ProcessState {
  try {
    process.kill(pid, 0);
    return 'running';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EPERM') return 'running';
    return code === 'ESRCH' ? 'gone' : 'unknown';
  }
}

/**
 * State and start time from /proc/<pid>/stat: the fields after the name, which may itself contain ") ". Read in one go,
 * because the kernel writes it from memory: handing it to another thread and back takes many times as long.
 */
function processStat(pid: number): { state: string; started: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  if (!state || !started) throw new Error(`/proc/${pid}/stat has an unknown format`);
  return { state, started };
}

/** Process numbers mean the same only within one boot of one host and one process namespace. */
async function findRealm(): Promise<string> {
  try {
    const [boot, namespace] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'latin1'),
      readlink('/proc/self/ns/pid'),
    ]);
    return `${boot.trim()} ${namespace}`;
  } catch {
    return process.platform === 'linux' ? '' : hostname();
  }
}
