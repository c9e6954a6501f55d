import {
  type AxiosAdapter,
  AxiosError,
  AxiosHeaders,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { messageOf } from '@rookery/common';
import { type WireHead, type WireRequest } from '../transport.js';
import { targetOf } from './target.js';

/** What axios says of a body of which nobody said anything. */
const GUESSED_TYPE = 'application/x-www-form-urlencoded';

/** An adapter that sends what the interceptors made of `request` with a transport of ours. */
export function engineAdapter(
  send: (request: WireRequest) => Promise<WireHead & { readonly body: unknown }>,
  request: WireRequest,
): AxiosAdapter {
  return async (config) => {
    try {
      const { status, headers, body } = await send(wireRequest(request, config));
      return settled({
        status,
        statusText: '',
        headers: headers as AxiosResponse['headers'],
        config,
        data: body,
      });
    } catch (error) {
      if (error instanceof AxiosError) throw error;
      const failed = new AxiosError(messageOf(error), AxiosError.ERR_NETWORK, config);
      failed.cause = error as Error;
      throw failed;
    }
  };
}

function wireRequest(request: WireRequest, config: InternalAxiosRequestConfig): WireRequest {
  return {
    ...request,
    ...targetOf(request, config),
    method: (config.method ?? request.method).toUpperCase() as WireRequest['method'],
    headers: headersOf(request, config),
    ...(config.timeout && { signal: AbortSignal.any([request.signal, AbortSignal.timeout(config.timeout)]) }),
    body: config.data as WireRequest['body'],
  };
}

function headersOf(
  request: WireRequest,
  { headers, auth }: InternalAxiosRequestConfig,
): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(AxiosHeaders.from(headers)))
    if (value !== undefined && value !== null && value !== false) sent[name.toLowerCase()] = String(value);
  if (sent['content-type'] === GUESSED_TYPE && request.headers['content-type'] === undefined)
    delete sent['content-type'];
  if (auth)
    sent['authorization'] = `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  return sent;
}

/** By the instance's own idea of which statuses are errors, because its interceptors tell them apart. */
function settled(response: AxiosResponse): AxiosResponse {
  const { validateStatus } = response.config;
  if (!validateStatus || validateStatus(response.status)) return response;
  const code = response.status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE;
  throw new AxiosError(
    `Request failed with status code ${response.status}`,
    code,
    response.config,
    undefined,
    response,
  );
}
