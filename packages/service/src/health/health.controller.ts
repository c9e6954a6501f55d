import { Controller, Get, Inject, type Type, VERSION_NEUTRAL } from '@nestjs/common';
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
    live(): Promise<HealthCheckResult> {
      return this.terminus.check(checks(this.report.liveness()));
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
