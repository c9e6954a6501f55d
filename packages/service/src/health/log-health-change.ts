import { asSentence } from '@rookery/common';
import { type OnHealthChange } from './monitor.js';

/** Where changes of health are written. */
export interface HealthLog {
  log(message: string): void;
  warn(message: string): void;
}

/** Writes a line when something goes down or comes back; none at the start for what is up, and none a check. */
export function logHealthChange(log: HealthLog): OnHealthChange {
  return ({ name, critical }, now, before) => {
    if (now.status === 'up') {
      if (before) log.log(`${name} is up again.`);
      return;
    }
    const effect =
      critical && now.status === 'down' ? 'This service is not ready.' : 'This service goes on without it.';
    const finding = `${name} is ${now.status}${now.message ? `: ${now.message}` : ''}`;
    log.warn(`${asSentence(finding)} ${effect}`);
  };
}
