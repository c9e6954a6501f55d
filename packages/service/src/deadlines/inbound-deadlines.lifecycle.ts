import { type HttpAdapterHost } from '@nestjs/core';
import { type RequestHookable, type RpcServers } from '@rookery/common';
import { type InboundLimits } from './inbound-limits.js';
import { limitMessages } from './limit-messages.js';
import { limitRequests } from './limit-requests.js';

/** Ties the limits to all of the app's servers, each as soon as it is there and before it takes a request. */
export class InboundDeadlines {
  /** @param limits Unset when nothing is to be limited. */
  constructor(host: HttpAdapterHost, servers: RpcServers, limits: InboundLimits | undefined) {
    if (!limits) return;
    host.init$.subscribe(() => {
      // An app without HTTP has no adapter, and still begins.
      const adapter: RequestHookable | null = host.httpAdapter;
      if (adapter) limitRequests(adapter, limits);
    });
    servers.onAdded((server) => limitMessages(server, limits));
  }
}
