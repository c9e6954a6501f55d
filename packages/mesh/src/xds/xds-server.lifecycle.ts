import { type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type XdsServer } from './xds-server.js';

/** Listens from the boot on, and until everything else has stopped: others keep finding each other meanwhile. */
export class XdsServerLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(private readonly server: XdsServer) {}

  onModuleInit(): Promise<void> {
    return this.server.listen();
  }

  onApplicationShutdown(): Promise<void> {
    return this.server.close();
  }
}
