import { Injectable, Logger, Module } from '@nestjs/common';
import { ClientModule, HttpServiceClient, InjectHttpClient } from '@rookery/client';
import { DiscoveryModule } from '@rookery/discovery';
import { EventsModule, OnEvent, type RookeryEvent } from '@rookery/events';
import { CircuitBreaker, Fallback, ResilienceModule } from '@rookery/resilience';
import { ServiceModule } from '@rookery/service';
import { TracingModule } from '@rookery/tracing';

export interface User {
  id: string;
  name: string;
}

// #region story
@Injectable()
export class Users {
  constructor(@InjectHttpClient('user-service') private readonly http: HttpServiceClient) {}

  @CircuitBreaker({ consecutiveFailures: 5, openDuration: '60s' })
  @Fallback((_error, id: string) => ({ id, name: 'unknown' }))
  find(id: string): Promise<User> {
    return this.http.get('/users/:id', { params: { id } }); // found, balanced, retried elsewhere, traced
  }
}

@Injectable()
export class Welcome {
  @OnEvent('user.created', { retries: 5 }) // durable, once per service, then dead-lettered
  greet({ data }: RookeryEvent<User>) {
    new Logger('Welcome').log(`Welcome, ${data.name}`);
  }
}

@Module({
  imports: [
    ServiceModule.forRoot({ name: 'order-service', dependencies: [{ name: 'user-service' }] }),
    DiscoveryModule.forRoot(), // lease files: several processes on one host, no server
    EventsModule.forRoot(), // one SQLite file: survives kill -9
    ResilienceModule.forRoot(),
    TracingModule.forRoot(), // OTLP by the usual OTEL_* variables, nothing to preload
    ClientModule.forFeature([{ service: 'user-service' }]),
  ],
  providers: [Users, Welcome],
})
export class AppModule {}
// #endregion
