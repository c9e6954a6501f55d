import { hostname, userInfo } from 'node:os';

const LONGEST_NAME = 128;

/** Who runs this program and where, for the log of an instance that is asked for something: `jo@desk`. */
export function askerName(): string {
  const name = `${userName()}@${hostname()}`.replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?');
  return Array.from(name).slice(0, LONGEST_NAME).join('');
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that the system has no name for.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
