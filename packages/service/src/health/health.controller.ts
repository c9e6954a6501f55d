import {
  Controller,
  Get,
  Inject,
  ServiceUnavailableException,
  type Type,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { HealthReport } from './health-report.js';
import { type HealthResult } from './indicator.js';

/**
 * A controller of one app, because its path is an option: `mountAt` sets it before Nest builds the routes, also when
 * the options come from a factory.
 */
export function createHealthController(): Type & { mountAt(path: string): void } {
  @Controller()
  class HealthController {
    constructor(
      @Inject(HealthCheckService) private readonly terminus: HealthCheckService,
      @Inject(HealthReport) private readonly report: HealthReport,
    ) {}

    static mountAt(path: string): void {
      Controller({ path, version: VERSION_NEUTRAL })(HealthController);
    }

    @Get()
    @HealthCheck()
    whole(): Promise<HealthCheckResult> {
      return this.terminus.check(checks(this.report.whole()));
    }

    @Get('live')
    @HealthCheck()
    async live(): Promise<HealthCheckResult> {
      try {
        return await this.terminus.check(checks(this.report.liveness()));
      } catch (error) {
        return liveWhileShuttingDown(error);
      }
    }

    @Get('ready')
    @HealthCheck()
    ready(): Promise<HealthCheckResult> {
      return this.terminus.check(checks(this.report.readiness()));
    }
  }
  return HealthController;
}

function checks(results: Record<string, HealthResult>) {
  return Object.entries(results).map(([name, result]) => () => ({ [name]: result }));
}

/** Terminus fails every check of an app that shuts down. A process that drains is alive, and must not be killed for it. */
function liveWhileShuttingDown(error: unknown): HealthCheckResult {
  const result =
    error instanceof ServiceUnavailableException ? (error.getResponse() as HealthCheckResult) : undefined;
  if (result?.status !== 'shutting_down' || Object.keys(result.error ?? {}).length > 0) throw error;
  return { ...result, status: 'ok' };
}
