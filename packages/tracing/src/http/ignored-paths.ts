/** Whether a request's path is one of those that are not traced, or lies below one. */
export function ignoring(paths: readonly string[]): (path: string) => boolean {
  const roots = paths.map((path) => path.replace(/\/+$/, ''));
  return (path) => roots.some((root) => path === root || path.startsWith(`${root}/`));
}
