import { EventEmitter } from 'node:events';
import { type OpossumOptions, type OpossumSemaphore, opossumStatusClass } from './opossum.surface.js';

/**
 * opossum insists on statistics, which count rejected calls into the failure rate, keep every latency, are added up anew
 * on each failure, and take two timers a breaker. These hold nothing, so one serves every breaker of the process. The
 * controller, which never rotates anything, keeps opossum from starting a timer instead.
 */
class NoStatus extends opossumStatusClass() {
  constructor() {
    super({ rollingCountBuckets: 1, enableSnapshots: false, rotateBucketController: new EventEmitter() });
    this.removeRotateBucketControllerListener();
  }
}

/** No bound: how many calls run at once is the bulkhead's business. opossum's own creates a promise a call. */
export const UNBOUNDED: OpossumSemaphore = { test: () => true, release() {} };

/**
 * The same for every breaker: opossum keeps the object and fills it up with defaults, none of which is state. No failure
 * is reported to opossum, because each call is judged and recorded before opossum hears that it ended.
 */
export const OPOSSUM_OPTIONS: OpossumOptions = {
  status: new NoStatus(),
  timeout: false,
  errorFilter: () => true,
  // Never asked. opossum's own would be a closure of the first breaker, and would hold that one for ever.
  cacheGetKey: () => '',
  enableSnapshots: false,
  rollingPercentilesEnabled: false,
};
