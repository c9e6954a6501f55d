import { OptionsError } from '@rookery/common';
import { type AxiosInstance } from 'axios';

/** Defaults of axios that say how connections are made, which is our business. */
const NOT_HEEDED = ['httpAgent', 'httpsAgent', 'proxy', 'socketPath', 'lookup', 'transport'] as const;

/**
 * The axios instance of an `HttpService`. Throws an `OptionsError` when it is none, or says how to connect: the pool connects,
 * and checks addresses while it does.
 */
export function axiosInstanceOf(provided: unknown, service: string, where: string): AxiosInstance {
  const { axiosRef = provided } = Object(provided) as { axiosRef?: unknown };
  const { defaults, interceptors } = Object(axiosRef) as Partial<AxiosInstance>;
  if (!defaults || !interceptors)
    throw new OptionsError(where, [
      `${service}.httpService: What it names is no HttpService. Use one of @nestjs/axios, or an axios instance.`,
    ]);
  const given = NOT_HEEDED.filter((name) => (defaults as Record<string, unknown>)[name]);
  if (given.length === 0) return axiosRef as AxiosInstance;
  throw new OptionsError(where, [
    `${service}.httpService: Its defaults set ${given.join(', ')}, which cannot be heeded: the client's own connections are used. Leave it out.`,
  ]);
}
