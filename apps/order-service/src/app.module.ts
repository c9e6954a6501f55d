import { Module } from '@nestjs/common';
import {
  confirmation,
  CONFIRMATIONS,
  readEnvironment,
  STANDING_PACKAGE,
  STANDING_PROTO,
  UserApi,
} from '@demo/contracts';
import { ClientModule } from '@rookery/client';
import { GrpcClientModule } from '@rookery/client/grpc';
import { DiscoveryModule, leaseFileRegistry } from '@rookery/discovery';
import { EventsModule, sqliteBroker } from '@rookery/events';
import { ResilienceModule } from '@rookery/resilience';
import { ServiceModule } from '@rookery/service';
import { TracingModule, tracingMixin } from '@rookery/tracing';
import { LoggerModule } from 'nestjs-pino';
import { Confirmations } from './confirmations.js';
import { OrderAnnouncements } from './order-announcements.js';
import { OrderStore } from './order-store.js';
import { OrdersController } from './orders.controller.js';
import { Orders } from './orders.js';
import { UserDirectory } from './user-directory.js';
import { UserStanding } from './user-standing.js';

const { registryDirectory, eventsFile, databaseFile, logLevel } = readEnvironment('order-service');

@Module({
  imports: [
    ServiceModule.forRoot({
      name: 'order-service',
      version: '1.0.0',
      dependencies: [{ name: 'user-service', timeout: '1s', retries: 1 }],
    }),
    TracingModule.forRoot(),
    LoggerModule.forRoot({ pinoHttp: { level: logLevel, mixin: tracingMixin, autoLogging: false } }),
    DiscoveryModule.forRoot({ registry: leaseFileRegistry({ directory: registryDirectory }) }),
    ResilienceModule.forRoot({
      policies: {
        'user-service': {
          timeout: { total: '8s', attempt: '2s' },
          retry: { attempts: 3, backoff: { delay: '50ms' } },
          circuitBreaker: { consecutiveFailures: 5, openDuration: '2s', halfOpenMaxCalls: 3 },
        },
      },
    }),
    EventsModule.forRoot({ broker: sqliteBroker({ file: eventsFile }) }),
    EventsModule.registerQueue({ name: CONFIRMATIONS, schema: confirmation, maxRetries: 3 }),
    ClientModule.forFeature([{ client: UserApi, policy: 'user-service' }]),
    GrpcClientModule.forFeature([
      {
        service: 'user-service',
        policy: 'user-service',
        package: STANDING_PACKAGE,
        protoPath: STANDING_PROTO,
      },
    ]),
  ],
  controllers: [OrdersController],
  providers: [
    Orders,
    OrderAnnouncements,
    UserDirectory,
    UserStanding,
    Confirmations,
    { provide: OrderStore, useFactory: () => new OrderStore(databaseFile) },
  ],
})
export class AppModule {}
