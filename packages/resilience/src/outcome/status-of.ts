interface WithStatus {
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly getStatus?: unknown;
  readonly response?: Partial<Readonly<Record<'status' | 'statusCode', unknown>>> | null;
  readonly $metadata?: { readonly httpStatusCode?: unknown } | null;
}

/**
 * The HTTP status that an error carries, whichever library made it; the first number counts of
 *
 * - `status`: Nest's `HttpException`, Rookery's rejections, axios, superagent, Octokit
 * - `statusCode`: undici, `http-errors` and Fastify
 * - `getStatus()`: Nest's `HttpException`, also of another copy of Nest
 * - `response.status`: axios, ky
 * - `response.statusCode`: got
 * - `$metadata.httpStatusCode`: the AWS SDK
 */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { status, statusCode, getStatus, response, $metadata } = error as WithStatus;
  const told: unknown = typeof getStatus === 'function' ? getStatus.call(error) : undefined;
  return [status, statusCode, told, response?.status, response?.statusCode, $metadata?.httpStatusCode].find(
    (candidate) => typeof candidate === 'number',
  );
}
