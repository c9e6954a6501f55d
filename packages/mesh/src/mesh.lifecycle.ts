import { type OnApplicationShutdown } from '@nestjs/common';
import { type OpenTransport } from './mesh-transports.js';

/** Ends the connections, and the identity that was opened for them, when the app stops, after its servers have closed. */
export class MeshLifecycle implements OnApplicationShutdown {
  constructor(readonly opened: OpenTransport) {}

  async onApplicationShutdown(): Promise<void> {
    this.opened.transport.onApplicationShutdown();
    await this.opened.identity?.close();
  }
}
