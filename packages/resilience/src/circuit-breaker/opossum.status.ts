import { EventEmitter } from 'node:events';
import { type CallWindow } from './call-window.js';
import { opossumStatusClass, type StatusOptions } from './opossum.surface.js';

/** Without a controller, each status would run a timer; this one never rotates anything. */
const OPTIONS: StatusOptions = {
  rollingCountBuckets: 1,
  enableSnapshots: false,
  rotateBucketController: new EventEmitter(),
};

/**
 * The statistics that opossum decides by, taken from a window of our own. opossum's count rejected calls into the
 * rate, keep every latency, and are added up anew on each failure.
 */
export class WindowStatus extends opossumStatusClass() {
  constructor(private readonly window: CallWindow) {
    super(OPTIONS);
    this.removeRotateBucketControllerListener();
  }

  get stats(): { readonly fires: number; readonly failures: number } {
    return { fires: this.window.calls, failures: this.window.failures };
  }

  /** opossum reports every event here; the adapter records outcomes itself. */
  increment(): void {}
}
