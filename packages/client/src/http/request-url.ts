import { type RequestOptions, type UrlValue } from './http-request.js';

/** The path with its `:names` filled in and the query string added, everything encoded. */
export function requestPath(template: string, { params, query }: RequestOptions): string {
  if (!template.startsWith('/')) {
    throw new TypeError(
      `Invalid path "${template}". A path starts with "/"; the service is found by the client.`,
    );
  }
  const path = template.replaceAll(/:([A-Za-z_]\w*)/g, (_match, name: string) => {
    const value = params?.[name];
    if (value === undefined) throw new TypeError(`Path "${template}": params.${name} is missing.`);
    return encodeSegment(template, name, value);
  });
  const search = queryString(query ?? {});
  return search ? `${path}?${search}` : path;
}

/** `.` and `..` survive encoding and would climb the path, so they are refused. */
function encodeSegment(template: string, name: string, value: UrlValue): string {
  const text = String(value);
  if (text === '' || text === '.' || text === '..') {
    throw new TypeError(`Path "${template}": params.${name} must not be empty, "." or "..".`);
  }
  return encodeURIComponent(text);
}

function queryString(query: NonNullable<RequestOptions['query']>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) search.append(key, String(item));
  }
  return search.toString();
}
