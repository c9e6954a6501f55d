/** One path from parts that may begin and end with slashes: `/users/:id`. */
export function joinPaths(...parts: readonly string[]): string {
  return `/${parts
    .map((part) => part.replace(/^\/|\/$/g, ''))
    .filter(Boolean)
    .join('/')}`;
}

/** The names that a path asks for, in its order. */
export function namesIn(path: string): string[] {
  return [...path.matchAll(/:([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
}

/** Two paths with the same form are one route, whatever their names are. */
export function formOf(path: string): string {
  return path.replaceAll(/:[A-Za-z_]\w*/g, ':');
}

/** What RFC 3986 lets stand in a path as it is, without what routers give a meaning. */
const SEGMENT = /^(?:[\w.~@$&',;=-]|:[A-Za-z_]\w*)+$/;

/** Why a path cannot be turned into one URL, or `undefined`. */
export function pathProblem(path: unknown): string | undefined {
  if (typeof path !== 'string') return 'has several paths, and a call goes to one. Give it one path.';
  const segments = path.replace(/^\/|\/$/g, '').split('/');
  if (path === '' || path === '/') return undefined;
  if (segments.every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..'))
    return twice(path);
  return `has the path "${path}", which is no single URL. Use names such as :id and letters, digits, - . _ ~ between slashes.`;
}

function twice(path: string): string | undefined {
  const names = namesIn(path);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  return repeated && `has ":${repeated}" twice in its path. Give each part a name of its own.`;
}
