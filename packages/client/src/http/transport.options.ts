import { check, type Checks, is, LARGEST_ANSWER } from '@rookery/common';

/** The library that sends the requests of a client. */
export type TransportName = 'axios' | 'undici';

/** What a provider is found under. */
export type ProviderToken = string | symbol | (abstract new (...args: never[]) => unknown);

/** How the requests of a client are sent. */
export interface TransportOptions {
  /**
   * `'axios'`: through the `HttpService` of `@nestjs/axios`, so that its interceptors and defaults see each try.
   * `'undici'`: without it, several times as fast. The connections are the same. Default `'axios'`.
   */
  transport?: TransportName;
  /**
   * The provider of the `HttpService` that sends the requests, such as a class that extends it or a token under which
   * `HttpModule.register()` is exported. Not with `transport: 'undici'`. Default: the `HttpService` of the plain `HttpModule`.
   */
  httpService?: ProviderToken;
  /** Connections to one instance at the same time; further requests wait for one of them. Default 256. */
  maxConnections?: number;
  /** The largest answer that is read, in bytes, decompressed. Default 10 MiB. */
  maxResponseSize?: number;
}

export const TRANSPORT_DEFAULTS = {
  transport: 'axios',
  maxConnections: 256,
  maxResponseSize: LARGEST_ANSWER,
} as const satisfies TransportOptions;

export const transportChecks: Checks<TransportOptions> = {
  transport: is.oneOf('axios', 'undici'),
  httpService: check(
    (value) => ['string', 'symbol', 'function'].includes(typeof value),
    'the token of a provider: a class, a text or a symbol',
  ),
  maxConnections: is.wholeNumber({ min: 1 }),
  maxResponseSize: is.wholeNumber({ min: 1 }),
};

/** What is wrong with the definitions beyond the single options. */
export function transportProblems(definitions: readonly TransportOptions[]): string[] {
  return definitions.flatMap(({ transport, httpService }, index) =>
    transport === 'undici' && httpService !== undefined
      ? [
          `[${index}]: httpService cannot be combined with transport 'undici', which has none. Leave one of them out.`,
        ]
      : [],
  );
}
