import { type Snapshot } from './registry-backend.js';

/** Whether a registry gave a list. Whoever writes a backend promises it, and may be wrong. */
export function isSnapshot(value: Partial<Snapshot> | null | undefined): boolean {
  return Number.isFinite(value?.revision) && Array.isArray(value?.instances);
}
