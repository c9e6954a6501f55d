import { get } from 'node:http';

/** Asks a URL once. Resolves with the status of the answer, rejects when none came. */
export type Probe = (url: string, signal: AbortSignal) => Promise<number>;

/** A probe on a connection of its own, as a kept one could outlive the sidecar it was made to. */
export const httpProbe: Probe = (url, signal) =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent: false, signal }, (response) => {
      response.on('error', reject).resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
  });
