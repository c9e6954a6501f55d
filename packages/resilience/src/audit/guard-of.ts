import { type PolicySettings } from '../pipeline/stage-settings.js';
import { type Guard } from './guarded-node.js';

/** What these settings let a call do. */
export function guardOf(name: string, settings: PolicySettings): Guard {
  const { retry, hedge, totalTimeout, attemptTimeout } = settings;
  const attempts = (retry?.attempts ?? 1) * (hedge?.attempts ?? 1);
  const single = attempts === 1 ? attemptTimeout?.limitMs : undefined;
  return { name, attempts, limitMs: totalTimeout?.limitMs ?? single };
}
