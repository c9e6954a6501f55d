import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type ClientGrpc,
  ClientsModule,
  GrpcMethod,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices';
import { GrpcResolverModule } from '@rookery/client/grpc';
import { DiscoveryModule, memoryRegistry } from '@rookery/discovery';
import { ServiceModule } from '@rookery/service';
import { eventually } from '@rookery/testing';
import { firstValueFrom, type Observable } from 'rxjs';

const directory = mkdtempSync(join(tmpdir(), 'rookery-docs-'));
const protoPath = join(directory, 'rates.proto');
writeFileSync(
  protoPath,
  `syntax = "proto3";
package rates.v1;
service Rates { rpc Find (Currency) returns (Rate); }
message Currency { string code = 1; }
message Rate { double value = 1; string from = 2; }`,
);
const registry = memoryRegistry();

async function startRates(instanceId: string) {
  @Controller()
  class RatesController {
    @GrpcMethod('Rates', 'Find')
    find() {
      return { value: 1.25, from: instanceId };
    }
  }
  @Module({
    imports: [ServiceModule.forRoot({ name: 'rates', instanceId }), DiscoveryModule.forRoot({ registry })],
    controllers: [RatesController],
  })
  class RatesModule {}
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(RatesModule, {
    transport: Transport.GRPC,
    options: { url: '127.0.0.1:0', package: 'rates.v1', protoPath },
    logger: false,
  });
  await app.listen();
  return app;
}

// #region example
interface Rates {
  find(currency: { code: string }): Observable<{ value: number; from: string }>;
}

@Injectable()
export class Prices implements OnModuleInit {
  private rates!: Rates;

  constructor(@Inject('RATES') private readonly client: ClientGrpc) {}

  onModuleInit() {
    this.rates = this.client.getService<Rates>('Rates');
  }

  async inEuros(code: string) {
    const { value, from } = await firstValueFrom(this.rates.find({ code }));
    return `${value} from ${from}`;
  }
}

@Module({
  imports: [
    DiscoveryModule.forRoot({ registry, advertise: false }),
    GrpcResolverModule.forRoot(),
    ClientsModule.register([
      {
        name: 'RATES',
        transport: Transport.GRPC,
        options: { url: 'rookery:///rates', package: 'rates.v1', protoPath },
      },
    ]),
  ],
  providers: [Prices],
})
export class ShopModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(ShopModule, { logger: false });
  const prices = app.get(Prices);
  const detailsOf = (error: unknown) => (error as { details: string }).details;
  print(await prices.inEuros('USD').catch(detailsOf));

  const first = await startRates('rates-1');
  print(await eventually('the first instance', () => prices.inEuros('USD')));
  const second = await startRates('rates-2');
  await eventually('the second instance', async () => (await prices.inEuros('USD')).endsWith('rates-2'));
  await first.close(); // or SIGTERM, with app.enableShutdownHooks()
  const answers = await Promise.all(Array.from({ length: 10 }, () => prices.inEuros('USD')));
  print(`10 calls later: ${[...new Set(answers)].join(', ')}`);

  await app.close();
  await second.close();
  rmSync(directory, { recursive: true });
}
// #endregion
