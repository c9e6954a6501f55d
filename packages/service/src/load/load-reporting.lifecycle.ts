import { Server } from 'node:net';
import { type OnApplicationBootstrap } from '@nestjs/common';
import { type HttpAdapterHost } from '@nestjs/core';
import { LISTENING_TRANSPORTS, type RpcServers } from '@rookery/common';
import { type Belief } from '../edge/belief.js';
import { reportGrpcLoad } from './grpc-load.js';
import { reportHttpLoad } from './http-load.js';
import { type LoadReport } from './load-report.js';

/**
 * Lets the app's HTTP and gRPC servers tell callers who ask how busy this process is. Nest's other transports have no
 * place for it beside an answer.
 */
export class LoadReporting implements OnApplicationBootstrap {
  /**
   * @param report Unset when nobody is to be told.
   * @param believes Who may ask over HTTP; of gRPC's metadata the question is taken before it gets here.
   */
  constructor(
    private readonly host: HttpAdapterHost,
    servers: RpcServers,
    private readonly report: LoadReport | undefined,
    private readonly believes: Belief,
  ) {
    if (!report) return;
    servers.onAdded((server) => {
      if (server.transportId === LISTENING_TRANSPORTS.grpc) reportGrpcLoad(server, report);
    });
  }

  onApplicationBootstrap(): void {
    const server: unknown = this.host.httpAdapter?.getHttpServer?.();
    if (this.report && server instanceof Server) reportHttpLoad(server, this.report, this.believes);
  }
}
