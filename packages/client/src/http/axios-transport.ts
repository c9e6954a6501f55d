import { LARGEST_ANSWER, neverSent } from '@rookery/common';
import { AxiosError, type AxiosInstance, type AxiosResponse, isAxiosError } from 'axios';
import { type ConnectionPool } from './connection-pool.js';
import {
  AnswerTooLarge,
  type HttpTransport,
  TransportFailure,
  type WireRequest,
  type WireResponse,
} from './transport.js';

/** The transport over axios, as `@nestjs/axios` provides it. */
export function axiosTransport(axios: AxiosInstance, pool: ConnectionPool): HttpTransport {
  return async (request) => {
    try {
      return answerOf(await axios.request(configOf(request, pool)));
    } catch (error) {
      // Every status is taken, so this code is left for the limit of the size.
      if (isAxiosError(error) && error.code === AxiosError.ERR_BAD_RESPONSE) throw new AnswerTooLarge();
      throw new TransportFailure(!neverSent(error), error);
    }
  };
}

function configOf({ method, url, headers, body, signal }: WireRequest, pool: ConnectionPool) {
  return {
    method,
    url,
    headers,
    signal,
    httpAgent: pool.httpAgent,
    httpsAgent: pool.httpsAgent,
    ...(body !== undefined && { data: body }),
    // Decoding and judging the status are the client's business; axios would hide a broken JSON body.
    responseType: 'text' as const,
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
    // A redirect could lead to any host, and a proxy of the environment is not meant for calls between services.
    maxRedirects: 0,
    proxy: false as const,
    maxContentLength: LARGEST_ANSWER,
  };
}

function answerOf({ status, headers, data }: AxiosResponse<string>): WireResponse {
  return {
    status,
    contentType: String(headers['content-type'] ?? ''),
    retryAfter: headers['retry-after'] as string | undefined,
    body: data,
  };
}
