import 'reflect-metadata';
import { join, resolve } from 'node:path';
import { Module } from '@nestjs/common';
import { ClientModule } from '@rookery/client';
import { DiscoveryModule, leaseFileRegistry } from '@rookery/discovery';
import { EventsModule, sqliteBroker } from '@rookery/events';
import { ResilienceModule } from '@rookery/resilience';
import { ServiceModule } from '@rookery/service';
import { TracingModule } from '@rookery/tracing';
import { Hello } from './hello.ts';
import { listenAndReport } from './listen-and-report.ts';

const directory = resolve(process.argv[2] ?? '.');

class App {}
Module({
  imports: [
    ServiceModule.forRoot({ name: 'boot', version: '1.0.0', dependencies: [{ name: 'user-service' }] }),
    TracingModule.forRoot(),
    DiscoveryModule.forRoot({ registry: leaseFileRegistry({ directory: join(directory, 'registry') }) }),
    ResilienceModule.forRoot({
      policies: { 'user-service': { timeout: '2s', retry: { attempts: 3 }, circuitBreaker: {} } },
    }),
    EventsModule.forRoot({ broker: sqliteBroker({ file: join(directory, 'events.db') }) }),
    EventsModule.registerQueue({ name: 'emails' }),
    ClientModule.forFeature([{ service: 'user-service', policy: 'user-service' }]),
  ],
  controllers: [Hello],
})(App);

await listenAndReport(App);
