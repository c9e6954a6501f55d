import { type RequestOptions, type UrlValue } from './http-request.js';

/** The path with its `:names` filled in and the query string added, everything encoded. */
export function requestPath(template: string, { params, query }: RequestOptions): string {
  checkTemplate(template);
  const path = template.replaceAll(/:([A-Za-z_]\w*)/g, (_match, name: string) => {
    const value = params?.[name];
    if (value === undefined) throw new TypeError(`Path "${template}": params.${name} is missing.`);
    return encodeSegment(template, name, value);
  });
  const search = queryString(query ?? {});
  return search ? `${path}?${search}` : path;
}

/** Beyond the visible characters of ASCII, and a fragment, which is not sent (RFC 3986, sections 2 and 3.5). */
const UNFIT = /[^!-~]|#/;

function checkTemplate(template: string): void {
  if (!template.startsWith('/')) {
    throw new TypeError(
      `Invalid path "${template}". A path starts with "/"; the service is found by the client.`,
    );
  }
  if (UNFIT.test(template)) {
    throw new TypeError(
      `Invalid path "${template}": it holds what no URL can. Put values into params or query, where they are encoded.`,
    );
  }
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
