import { type Reach } from './registry-backend.js';

/**
 * How long a change has to last until the watches of a registry have shown it, in milliseconds. Watches put changes
 * together that are close to each other, for 10 ms as a rule and for 100 ms at most (lease files, with thousands of
 * instances); the rest is for reading them, on a busy machine too. Within one process nothing is put together but what
 * happens in one turn of the event loop.
 */
export const SETTLE_MS: Readonly<Record<Reach, number>> = { process: 0, host: 250, network: 250 };
