import { type InstanceStatus } from '../instance/service-instance.js';

/** What an app says about itself. It is up when it can work and nobody holds it back; either alone does not make it so. */
export class OwnStatus {
  /** Whether the app can work. */
  ready = true;
  /** Whether an operator has asked it to drain. */
  held = false;

  get value(): InstanceStatus {
    return this.ready && !this.held ? 'up' : 'draining';
  }
}
