import { join } from 'node:path';
import { type INestApplicationContext } from '@nestjs/common';
import { type ClientGrpc, ClientsModule, type GrpcOptions, Transport } from '@nestjs/microservices';
import { Test, type TestingModule } from '@nestjs/testing';
import { GrpcResolverModule } from '@rookery/client/grpc';
import {
  DiscoveryModule,
  type DiscoveryModuleOptions,
  memoryRegistry,
  type NewInstance,
  ServiceRegistry,
} from '@rookery/discovery';
import { type Observable } from 'rxjs';

export const CHAT_PROTO = join(import.meta.dirname, 'fixtures/chat.proto');

export interface Line {
  text: string;
}

/** The contract as Nest offers it: methods in camelCase that return observables. */
export interface Chat {
  say(line: Line, metadata?: unknown): Observable<Line>;
  listen(line: Line): Observable<Line>;
  collect(lines: Observable<Line>): Observable<Line>;
  talk(lines: Observable<Line>): Observable<Line>;
}

const open: INestApplicationContext[] = [];

export interface ClientAppOptions {
  readonly url?: string;
  readonly options?: Partial<GrpcOptions['options']>;
  readonly discovery?: DiscoveryModuleOptions;
  readonly imports?: NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>;
}

/** An app with a client of Nest's own, and nothing that is ours but the url. */
export async function bootClient({
  url = 'rookery:///chat',
  options,
  discovery,
  imports = [],
}: ClientAppOptions = {}) {
  const app = await Test.createTestingModule({
    imports: [
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false, ...discovery }),
      GrpcResolverModule.forRoot(),
      ClientsModule.registerAsync([
        {
          name: 'CHAT',
          useFactory: () => ({
            transport: Transport.GRPC,
            options: { url, package: 'chat', protoPath: CHAT_PROTO, ...options },
          }),
        },
      ]),
      ...imports,
    ],
  }).compile();
  open.push(app);
  await app.init();
  return { app, chat: chatOf(app), registry: app.get(ServiceRegistry) };
}

export function chatOf(app: TestingModule): Chat {
  return app.get<ClientGrpc>('CHAT', { strict: false }).getService<Chat>('Chat');
}

/** Registers a server of this process. */
export function announce(registry: ServiceRegistry, port: number, facts: Partial<NewInstance> = {}) {
  return registry.register({
    id: `chat-${port}`,
    service: 'chat',
    host: '127.0.0.1',
    port,
    protocol: 'grpc',
    ...facts,
  });
}

export async function closeClients(): Promise<void> {
  await Promise.all(open.splice(0).map((app) => app.close()));
}
