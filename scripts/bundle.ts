import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Joins each package's compiled files into one for each entry point. An app that imports the whole suite starts about
 * 100 ms sooner, because Node finds, reads and links a handful of modules instead of some three hundred.
 */

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

const packages = join(import.meta.dirname, '..', 'packages');

await Promise.all(
  readdirSync(packages).map(async (name) => {
    const directory = join(packages, name);
    const { exports } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
    const bundles = Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? [] : [target.default],
    );
    // Chunks are named by their content: those of earlier builds would stay and be published.
    await rm(join(directory, 'dist/bundle'), { recursive: true, force: true });
    await build({
      absWorkingDir: directory,
      entryPoints: bundles.map((bundle) => bundle.replace('/bundle/', '/')),
      outbase: 'dist',
      outdir: 'dist/bundle',
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      packages: 'external',
      // Entry points of one package share their classes, and what is imported on demand stays apart.
      splitting: true,
      // Names of classes are shown in errors and are what Nest calls providers.
      keepNames: true,
      sourcemap: true,
      sourcesContent: false,
      logLevel: 'warning',
    });
  }),
);
