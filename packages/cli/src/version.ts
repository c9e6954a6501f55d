import { createRequire } from 'node:module';

/** The version of this package. */
export function ownVersion(): string {
  // By its own name: where this file is depends on whether the package was bundled.
  const { version } = createRequire(import.meta.url)('@rookery/cli/package.json') as { version: string };
  return version;
}
