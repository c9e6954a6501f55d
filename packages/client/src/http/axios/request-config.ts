import { type AxiosAdapter, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { type WireRequest } from '../transport.js';

/** Bodies are ready when axios gets them, and answers are decoded by the client: axios would hide a broken JSON body. */
const AS_IT_IS = [(data: unknown) => data];

/**
 * What axios is asked for.
 *
 * @param onReady Called when the interceptors have let the request through.
 */
export function configOf(
  axios: AxiosInstance,
  request: WireRequest,
  adapter: AxiosAdapter,
  onReady: () => void,
) {
  const { method, baseUrl, path, headers, body, signal } = request;
  return {
    method,
    url: baseUrl + path,
    headers,
    signal,
    ...(body !== undefined && { data: body }),
    adapter: adapterOf(axios, request, adapter),
    responseType: 'text' as const,
    // Axios runs it between the last interceptor and whichever adapter it is then.
    transformRequest: [
      (data: unknown) => {
        onReady();
        return data;
      },
    ],
    transformResponse: AS_IT_IS,
    // Its adapter of choice could follow a redirect, which could lead to any host.
    maxRedirects: 0,
  };
}

/** An adapter of the instance's own, such as one that answers in tests, stays what it is. */
function adapterOf({ defaults }: AxiosInstance, request: WireRequest, adapter: AxiosAdapter) {
  if (typeof defaults.adapter !== 'function') return adapter;
  const own: AxiosAdapter = defaults.adapter;
  if (!request.lookup) return own;
  return (_config: InternalAxiosRequestConfig) =>
    Promise.reject(
      new Error(
        `${request.label}: the axios instance has an adapter of its own, which does not check where the name of a host leads. Leave it out, or register addresses instead of names.`,
      ),
    );
}
