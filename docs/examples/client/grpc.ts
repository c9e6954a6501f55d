import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  GrpcMethod,
  GrpcStreamMethod,
  type MicroserviceOptions,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import {
  GrpcClientModule,
  type GrpcServiceClient,
  type GrpcStatusError,
  InjectGrpcClient,
} from '@rookery/client/grpc';
import { DiscoveryModule, staticRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';
import { count, map, type Observable, range } from 'rxjs';

const protoPath = join(import.meta.dirname, 'stock.proto');
const probe = createServer().listen(0, '127.0.0.1');
await once(probe, 'listening');
const { port } = probe.address() as AddressInfo;
await new Promise((resolve) => probe.close(resolve));

@Controller()
class Stock {
  @GrpcMethod()
  check({ sku }: Item) {
    // 5 is NOT_FOUND.
    if (sku !== 'lamp') throw new RpcException({ code: 5, message: `There is no ${sku}.` });
    return { sku, left: 3 };
  }

  @GrpcMethod()
  watch({ sku }: Item) {
    return range(0, 100).pipe(map((sold) => ({ sku, left: 100 - sold })));
  }

  @GrpcStreamMethod()
  count(items: Observable<Item>) {
    return items.pipe(
      count(),
      map((left) => ({ sku: 'all', left })),
    );
  }

  @GrpcStreamMethod()
  reserve(items: Observable<Item>) {
    return items.pipe(map(({ sku }) => ({ sku, left: 2 })));
  }
}

@Module({ controllers: [Stock] })
class StockModule {}

// #region example
interface Item {
  sku: string;
}

interface Level {
  sku: string;
  left: number;
}

@Injectable()
export class Shelf {
  constructor(@InjectGrpcClient('stock') private readonly stock: GrpcServiceClient) {}

  check(sku: string) {
    return this.stock.call<Item, Level>('Check', { sku }, { timeout: '2s' });
  }

  async firstBelow(limit: number, sku: string) {
    for await (const level of this.stock.serverStream<Item, Level>('Watch', { sku })) {
      if (level.left < limit) return level.left; // leaving the loop cancels the call
    }
    return undefined;
  }

  count(skus: AsyncIterable<Item>) {
    return this.stock.clientStream<Item, Level>('Count', skus);
  }

  reserve(skus: AsyncIterable<Item>) {
    return this.stock.duplex<Item, Level>('Reserve', skus);
  }
}

@Module({
  imports: [
    ResilienceModule.forRoot(),
    DiscoveryModule.forRoot({
      registry: staticRegistry({ services: { stock: [`grpc://127.0.0.1:${port}`] } }),
      advertise: false,
    }),
    GrpcClientModule.forFeature([
      {
        service: 'stock',
        package: 'stock',
        protoPath,
        serviceConfig: {
          methodConfig: [
            {
              name: [{ service: 'stock.Stock', method: 'Check' }],
              timeout: '5s',
              retryPolicy: {
                maxAttempts: 3,
                initialBackoff: '0.1s',
                maxBackoff: '1s',
                backoffMultiplier: 2,
                retryableStatusCodes: ['UNAVAILABLE', 'ABORTED'],
              },
            },
          ],
        },
      },
    ]),
  ],
  providers: [Shelf],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const server = await NestFactory.createMicroservice<MicroserviceOptions>(StockModule, {
    transport: Transport.GRPC,
    options: { package: 'stock', protoPath, url: `127.0.0.1:${port}` },
    logger: false,
  });
  await server.listen();
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const shelf = app.get(Shelf);

  print(`lamps left: ${(await shelf.check('lamp')).left}`);
  await shelf.check('sofa').catch((error: GrpcStatusError) => print(`${error.grpcStatus}: ${error.details}`));
  print(`the first level below 98: ${await shelf.firstBelow(98, 'lamp')}`);

  async function* basket() {
    yield { sku: 'lamp' };
    yield { sku: 'chair' };
  }
  print(`counted: ${(await shelf.count(basket())).left}`);
  for await (const { sku, left } of shelf.reserve(basket())) print(`${sku}: ${left} left`);

  await app.close();
  await server.close();
}
// #endregion
