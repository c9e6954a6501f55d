import { type EndpointPicker } from './endpoint.js';

/** The one endpoint of a service whose URL is fixed, such as one outside of the fleet. */
export function fixedEndpoint(url: string): EndpointPicker {
  const endpoint = { id: url, baseUrl: url.replace(/\/+$/, ''), alternatives: 0, done() {} };
  return () => Promise.resolve(endpoint);
}
