import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from later ones that get its pid. */
export interface ProcessIdentity {
  /** Where the pid means something: the host and, on Linux, the pid namespace, as containers have one each. */
  readonly space: string;
  readonly pid: number;
  /** When it started, as the system counts it; empty where the system does not say. */
  readonly started: string;
}

export function thisProcess(): ProcessIdentity {
  return { space: pidSpace(), pid: process.pid, started: startTime(process.pid) ?? '' };
}

/** Whether the process still runs. Only of use for processes of this one's `space`. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  if (!exists(pid)) return false;
  // A zombie, and another process under the same pid, are not the process we mean.
  const now = startTime(pid);
  return now === undefined || started === '' || now === started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of proc(5) /proc/<pid>/stat; the command, field 2, may hold spaces and parentheses. */
function startTime(pid: number): string | undefined {
  try {
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' || state === 'X' ? 'ended' : fields[18];
  } catch {
    return undefined;
  }
}

function pidSpace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
