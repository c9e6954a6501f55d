/** The token under which the HTTP client of a service is provided. */
export function getHttpClientToken(service: string): string {
  return `HttpServiceClient:${service}`;
}
