import { type Server, type Socket } from 'node:net';
import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientsModule,
  MessagePattern,
  type MicroserviceOptions,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { rookeryClient, type ServiceClientProxy } from '@rookery/client/microservices';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';
import { firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';

const registry = memoryRegistry();
const TCP = { transport: Transport.TCP as const, options: { host: '127.0.0.1', port: 0 } };

@Controller()
export class UserController {
  @MessagePattern('users.find')
  find(id: number) {
    if (id < 1) throw new RpcException({ reason: 'no such user', id });
    return { id, name: 'Ada' };
  }

  @MessagePattern('users.names')
  names() {
    return from(['Ada', 'Grace', 'Radia']);
  }
}

@Module({
  imports: [DiscoveryModule.forRoot({ service: 'user-service', registry })],
  controllers: [UserController],
})
export class UserModule {}

// #region example
@Injectable()
export class Users {
  constructor(@Inject('USERS') private readonly users: ServiceClientProxy) {}

  find(id: number) {
    return firstValueFrom(this.users.send<{ id: number; name: string }>('users.find', id));
  }

  names() {
    return lastValueFrom(this.users.send<string>('users.names', {}).pipe(toArray()));
  }
}

@Module({
  imports: [
    DiscoveryModule.forRoot({ registry, advertise: false }),
    ResilienceModule.forRoot(),
    ClientsModule.registerAsync([
      rookeryClient({
        name: 'USERS',
        service: 'user-service',
        transport: Transport.TCP,
        timeout: '2s',
        idempotent: ['users.find'],
      }),
    ]),
  ],
  providers: [Users],
})
export class OrderModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const instances = [await userService(), await userService(), await userService()];
  const app = await NestFactory.createApplicationContext(OrderModule, { logger: false });
  const users = app.get(Users);

  print(`one value: ${(await users.find(7)).name}`);
  print(`several: ${(await users.names()).join(', ')}`);
  await users.find(0).catch((error: unknown) => print(`an RpcException: ${JSON.stringify(error)}`));

  let answered = 0;
  for (let n = 1; n <= 300; n += 1) {
    if (n === 100) instances[0]?.die();
    answered += (await users.find(n)).id === n ? 1 : 0;
  }
  print(`one of three dies: ${answered} of 300 calls are answered`);

  for (const instance of instances) await instance.leave();
  await users.find(7).catch((error: Error) => print(`nobody is left: ${error.name}`));
  await app.close();
}
// #endregion

/** A plain Nest microservice that registers itself, and that can die without a word. */
async function userService() {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(UserModule, {
    ...TCP,
    logger: false,
  });
  const registered = new Promise<void>((resolve) => {
    app.get(ServiceRegistry).onEvent(({ type }) => type === 'registered' && resolve());
  });
  await app.listen();
  const server = app.unwrap<Server>();
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  await registered;
  const die = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { die, leave: () => app.close() };
}
