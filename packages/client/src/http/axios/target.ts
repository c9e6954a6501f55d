import axios, { type InternalAxiosRequestConfig } from 'axios';
import { type WireRequest } from '../transport.js';

/** Where a request goes after the interceptors: mostly where it was meant to go, else where they sent it. */
export function targetOf(
  { baseUrl, path }: WireRequest,
  config: InternalAxiosRequestConfig,
): Pick<WireRequest, 'baseUrl' | 'path'> {
  if (config.params === undefined && config.url === baseUrl + path) return { baseUrl, path };
  const url = new URL(axios.getUri(config));
  return { baseUrl: url.origin, path: url.pathname + url.search };
}
