import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What each package may import from the suite. Whoever adds an arrow adds it here, and has a reason. */
const ARROWS: Record<string, readonly string[]> = {
  common: [],
  resilience: ['common'],
  discovery: ['common'],
  events: ['common'],
  tracing: ['common'],
  service: ['common', 'discovery'],
  client: ['common', 'discovery', 'resilience'],
  mesh: ['common', 'discovery', 'resilience'],
  nats: ['common', 'discovery'],
  redis: ['common', 'discovery'],
  postgres: ['common', 'events'],
  etcd: ['common', 'discovery'],
  cli: ['common', 'discovery'],
  testing: ['common'],
};

/** The files that face Nest. Everything else is plain TypeScript that knows no Nest. */
const FACES_NEST =
  /\.(module|module-definition|decorator|explorer|controller|filter|interceptor|lifecycle|providers)\.ts$/;

/** Engine files that need a Nest type, and why. */
const MAY_NAME_NEST = new Set([
  'packages/common/src/weaving/weaving.ts', // the type of an injection token
]);

function sourcesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(directory, file));
}

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier ?? '');
}

/** The packages that a file imports: no relative paths, no Node modules, and for a test kit not the test runner. */
function packagesImportedBy(file: string): string[] {
  return importsOf(file)
    .filter((specifier) => !/^(\.|node:)/.test(specifier))
    .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
    .filter((target) => !(target === '@jest/globals' && file.includes('/testing/')));
}

function declaredBy(name: string): Set<string> {
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(
    readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'peerDependencies', Record<string, string> | undefined>;
  return new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
}

const packages = readdirSync(join(root, 'packages'));

describe('arrows', () => {
  it('are drawn for every package', () => {
    expect(Object.keys(ARROWS).sort()).toEqual(packages.sort());
  });

  it.each(packages)('%s imports only what it may, and declares it', (name) => {
    const declared = declaredBy(name);
    const allowed = (ARROWS[name] ?? []).map((target) => `@rookery/${target}`);
    const offences = sourcesOf(join(root, 'packages', name, 'src')).flatMap((file) =>
      packagesImportedBy(file)
        .filter(
          (target) => !declared.has(target) || (target.startsWith('@rookery/') && !allowed.includes(target)),
        )
        .map((target) => `${relative(root, file)} imports ${target}`),
    );
    expect(offences).toEqual([]);
  });

  it.each(packages)('%s keeps Nest out of its engine', (name) => {
    const leaks = sourcesOf(join(root, 'packages', name, 'src'))
      .filter((file) => !FACES_NEST.test(file) && !MAY_NAME_NEST.has(relative(root, file)))
      .filter((file) => importsOf(file).some((specifier) => specifier.startsWith('@nestjs/')))
      .map((file) => relative(root, file));
    expect(leaks).toEqual([]);
  });

  it.each(packages)('%s references in its tsconfig what it imports', (name) => {
    const { references = [] } = JSON.parse(
      readFileSync(join(root, 'packages', name, 'tsconfig.json'), 'utf8'),
    ) as {
      references?: { path: string }[];
    };
    expect(references.map(({ path }) => path.replace('../', '')).sort()).toEqual(
      [...(ARROWS[name] ?? [])].sort(),
    );
  });
});
