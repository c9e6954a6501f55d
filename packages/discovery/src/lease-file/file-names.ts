import { createHash } from 'node:crypto';

const READABLE_LENGTH = 48;
const HASH_LENGTH = 16;

/**
 * A file name for any text: a readable part, then a part of its hash. It never leaves its directory, never starts with
 * a dot, is never too long, and differs also where the file system does not tell upper from lower case.
 */
export function fileNameFor(text: string): string {
  const readable = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, READABLE_LENGTH);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  return `${readable}-${hash}`;
}

/** The ending of a lease. Everything else in the directory is ignored. */
export const LEASE_SUFFIX = '.json';

/** The directory beside those of the services in which leases are written before they are put in their place. */
export const WRITING_FOLDER = '.writing';
