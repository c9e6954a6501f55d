import {
  check,
  type Check,
  checkOptions,
  headersCheck,
  is,
  listOf,
  mapOf,
  OptionsError,
  required,
  shape,
} from '@rookery/common';
import { identityCheck } from './identity/identity.options.js';
import { WorkloadIdentity } from './identity/workload-identity.js';
import { type MeshMode, type MeshOptions, type WaitForOptions } from './mesh.options.js';

export const WHERE = 'MeshModule.forRoot';

/** The options that mean something in some modes only. */
const MODES_OF: Readonly<Partial<Record<keyof MeshOptions, readonly MeshMode[]>>> = {
  proxy: ['sidecar'],
  waitFor: ['sidecar'],
  namespace: ['sidecar', 'direct'],
  protoPath: ['proxyless'],
  retries: ['direct'],
  policies: ['direct'],
  identity: ['direct'],
  spiffeId: ['direct'],
};

const identityOrFiles: Check = (value, path, problems) => {
  if (!(value instanceof WorkloadIdentity)) identityCheck(value, path, problems);
};

const policyNames = mapOf(required(is.text));

/** Names of policies by service. */
const policies: Check = (value, path, problems) => {
  const before = problems.length;
  policyNames(value, path, problems);
  if (problems.length > before) return;
  for (const name of Object.keys(value ?? {}))
    is.serviceName(name, `${path}, the key ${JSON.stringify(name)}`, problems);
};

const paths: Check = (value, path, problems) =>
  (Array.isArray(value) ? listOf(is.text) : is.text)(value, path, problems);

const checkAll: Check = shape<MeshOptions>({
  mode: is.oneOf('sidecar', 'proxyless', 'direct'),
  proxy: is.orFalse(
    check(
      isOrigin,
      'false or an http URL without a path, such as "http://127.0.0.1:15001"; the sidecar does the encrypting',
    ),
  ),
  namespace: check(
    (value) => typeof value === 'string' && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value),
    'a Kubernetes namespace: up to 63 lower-case letters, digits and dashes',
  ),
  authority: is.callable,
  timeout: is.duration({ min: 1 }),
  waitFor: shape<WaitForOptions>({
    url: check((value) => httpUrl(value) !== undefined, 'an http URL'),
    timeout: is.duration({ min: 1 }),
  }),
  protoPath: paths,
  retries: is.wholeNumber({ max: 20 }),
  policies,
  identity: identityOrFiles,
  spiffeId: is.callable,
  headers: headersCheck,
});

/** Throws an `OptionsError` that names every problem. */
export function checkMeshOptions(options: MeshOptions): MeshOptions {
  checkOptions(WHERE, checkAll, options);
  const problems = misfits(options);
  if (problems.length > 0) throw new OptionsError(WHERE, problems);
  return options;
}

function misfits(options: MeshOptions): string[] {
  const { mode = 'sidecar' } = options;
  const problems = Object.entries(MODES_OF)
    .filter(([name, modes]) => options[name as keyof MeshOptions] !== undefined && !modes.includes(mode))
    .map(
      ([name, modes]) =>
        `${name}: It means nothing in the mode '${mode}', only in '${modes.join("' and '")}'.`,
    );
  if (mode === 'sidecar' && options.authority && options.namespace !== undefined) {
    problems.push('namespace: It cannot be combined with authority. Let authority put it in.');
  }
  if (options.spiffeId && !options.identity) {
    problems.push('spiffeId: Nobody proves an id without identity. Set identity.');
  }
  return problems;
}

function httpUrl(value: unknown): URL | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return url.protocol === 'http:' ? url : undefined;
}

function isOrigin(value: unknown): boolean {
  const url = httpUrl(value);
  return url !== undefined && url.href === `${url.origin}/`;
}
