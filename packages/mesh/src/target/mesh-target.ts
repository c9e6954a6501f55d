import { is } from '@rookery/common';
import { InvalidCallError } from '../errors/invalid-call.error.js';
import { type AuthorityOf, isAuthority } from './authority.js';

/** Where a call goes. */
export interface MeshTarget {
  /** What the `Host` header says, by which the mesh routes. */
  readonly authority: string;
  /** The path, encoded. */
  readonly path: string;
}

/**
 * The target of a method of a service. Nothing in either name can leave its place: a name with a user, a port, a line
 * break or a step up the path is refused or encoded.
 */
export function meshTarget(service: string, method: string, authorityOf: AuthorityOf): MeshTarget {
  refuseUnlessServiceName(service);
  const authority = authorityOf(service);
  if (!isAuthority(authority)) {
    throw new InvalidCallError(
      'authority',
      `${JSON.stringify(authority)}, for service "${service}", is no host name with or without a port.`,
    );
  }
  return { authority, path: methodPath(method) };
}

function refuseUnlessServiceName(service: string): void {
  const problems: string[] = [];
  is.serviceName(service, 'Name', problems);
  const [problem] = typeof service === 'string' ? problems : ['Missing.'];
  if (problem !== undefined) throw new InvalidCallError('service', problem);
}

function methodPath(method: string): string {
  if (typeof method !== 'string') throw new InvalidCallError('method', 'Missing.');
  return `/${method.split('/').map(encodeSegment).join('/')}`;
}

/** Control characters, and the backslash, which some proxies read as a slash when they normalize a path. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f\\]/;

/** `.` and `..` survive encoding and would climb the path, so they are refused. */
function encodeSegment(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..' || UNSAFE.test(segment)) {
    throw new InvalidCallError(
      'method',
      `Invalid part ${JSON.stringify(segment.slice(0, 60))}. Use names separated by single slashes, ` +
        'none of them ".", ".." or with a backslash or a control character.',
    );
  }
  try {
    return encodeURIComponent(segment);
  } catch (cause) {
    throw new InvalidCallError('method', 'Half of a surrogate pair, which no URL can hold.', { cause });
  }
}
