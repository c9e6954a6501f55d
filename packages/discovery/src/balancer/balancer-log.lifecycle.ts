import { Logger } from '@nestjs/common';
import { type EjectionReason } from '../ejection/standing.js';
import { type LoadBalancer } from './load-balancer.js';

const REASONS: Record<EjectionReason, string> = {
  'consecutive-failures': 'every call to it has failed lately',
  'success-rate': 'too many calls to it have failed lately',
  'no-sign-of-life': 'calls to it are left unanswered, and it gives no sign of life',
};

/** Logs who is left out and who is called again: changes, never calls. */
export function logBalancerEvents(balancer: LoadBalancer): void {
  const logger = new Logger('Discovery');
  balancer.onEvent((event) => {
    const { service, id } = event.instance;
    if (event.type === 'instance-restored') return logger.log(`${service} (${id}) is called again.`);
    const seconds = (event.forMs / 1_000).toFixed(1);
    return logger.warn(
      `${service} (${id}) is not called for ${seconds} s: ${REASONS[event.reason]}. One call will find out then.`,
    );
  });
}
