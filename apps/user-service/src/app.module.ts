import { Module } from '@nestjs/common';
import { readEnvironment } from '@demo/contracts';
import { DiscoveryModule, leaseFileRegistry } from '@rookery/discovery';
import { EventsModule, sqliteBroker } from '@rookery/events';
import { ServiceModule } from '@rookery/service';
import { TracingModule, tracingMixin } from '@rookery/tracing';
import { LoggerModule } from 'nestjs-pino';
import { OrderHistory } from './order-history.js';
import { StandingController } from './standing.controller.js';
import { UserAnnouncements } from './user-announcements.js';
import { UsersController } from './users.controller.js';
import { Users } from './users.js';
import { UserStore } from './user-store.js';

const { registryDirectory, eventsFile, databaseFile, logLevel } = readEnvironment('user-service');

@Module({
  imports: [
    ServiceModule.forRoot({ name: 'user-service', version: '1.0.0' }),
    TracingModule.forRoot(),
    LoggerModule.forRoot({ pinoHttp: { level: logLevel, mixin: tracingMixin, autoLogging: false } }),
    DiscoveryModule.forRoot({ registry: leaseFileRegistry({ directory: registryDirectory }) }),
    EventsModule.forRoot({ broker: sqliteBroker({ file: eventsFile }) }),
  ],
  controllers: [UsersController, StandingController],
  providers: [
    Users,
    UserAnnouncements,
    OrderHistory,
    { provide: UserStore, useFactory: () => new UserStore(databaseFile) },
  ],
})
export class AppModule {}
