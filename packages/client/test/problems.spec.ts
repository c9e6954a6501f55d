import { Controller, Get, type INestApplication, Injectable, Module, Param } from '@nestjs/common';
import { type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ClientModule, type HttpServiceClient, InjectHttpClient, ProblemType } from '@rookery/client';
import { ResilienceModule } from '@rookery/resilience';
import { z } from 'zod';

class OutOfStock extends ProblemType({
  type: 'https://shop.example/problems/out-of-stock',
  code: 'OUT_OF_STOCK',
  title: 'Not enough in stock',
  status: 409,
  members: z.object({ sku: z.string(), left: z.int() }),
}) {}

const INSIDE = 'row 7 of 10.0.0.7 is locked by hunter2';

@Controller('stock')
class Stock {
  @Get(':sku')
  take(@Param('sku') sku: string) {
    if (sku === 'bug') throw new TypeError(INSIDE);
    throw new OutOfStock(
      { sku, left: 2 },
      { detail: '3 were asked for', retryAfterMs: 1_500, cause: new Error(INSIDE) },
    );
  }
}

@Injectable()
class Orders {
  constructor(@InjectHttpClient('stock') readonly stock: HttpServiceClient) {}

  async place(sku: string): Promise<string> {
    try {
      return await this.stock.get('/stock/:sku', { params: { sku } });
    } catch (error) {
      if (error instanceof OutOfStock) return `${error.members.left} of ${error.members.sku} left`;
      throw error;
    }
  }
}

@Controller('orders')
class OrdersController {
  constructor(private readonly orders: Orders) {}

  @Get('careless/:sku')
  careless(@Param('sku') sku: string) {
    return this.orders.stock.get('/stock/:sku', { params: { sku } });
  }

  @Get(':sku')
  place(@Param('sku') sku: string) {
    return this.orders.place(sku);
  }
}

@Module({ imports: [ResilienceModule.forRoot()], controllers: [Stock] })
class StockService {}

const apps: INestApplication[] = [];

afterEach(async () => {
  for (const app of apps.splice(0).toReversed()) await app.close();
});

async function listen(module: object, adapter: AbstractHttpAdapter): Promise<string> {
  const testing = await Test.createTestingModule({ imports: [module as never] }).compile();
  const app = testing.createNestApplication(adapter);
  app.useLogger(false);
  apps.push(app);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

/** Service B, which calls service A. */
async function bootBoth(adapter: () => AbstractHttpAdapter): Promise<{ stock: string; orders: string }> {
  const stock = await listen(StockService, adapter());
  @Module({
    imports: [
      ResilienceModule.forRoot(),
      ClientModule.forFeature([{ service: 'stock', url: stock, errors: [OutOfStock] }]),
    ],
    controllers: [OrdersController],
    providers: [Orders],
  })
  class OrderService {}
  return { stock, orders: await listen(OrderService, adapter()) };
}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('a problem that a handler throws on %s', (_name, adapter) => {
  it('is caught by its class in the service that called', async () => {
    const { orders } = await bootBoth(adapter);
    const response = await fetch(`${orders}/orders/tea`);
    expect([response.status, await response.text()]).toEqual([200, '2 of tea left']);
  });

  it('is problem+json on the wire, and holds nothing of the inside', async () => {
    const { stock } = await bootBoth(adapter);
    const response = await fetch(`${stock}/stock/tea`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([409, '2']);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
    expect(await response.json()).toEqual({
      type: 'https://shop.example/problems/out-of-stock',
      title: 'Not enough in stock',
      status: 409,
      detail: '3 were asked for',
      sku: 'tea',
      left: 2,
    });
  });

  it('is no problem of the caller of the caller, unless somebody says so', async () => {
    const { orders } = await bootBoth(adapter);
    const response = await fetch(`${orders}/orders/careless/tea`);
    expect(await response.json()).toEqual({ statusCode: 502, message: 'Bad Gateway', code: 'OUT_OF_STOCK' });
    expect(response.status).toBe(502);
  });

  it('is not what a bug looks like', async () => {
    const { stock } = await bootBoth(adapter);
    const response = await fetch(`${stock}/stock/bug`);
    expect([response.status, await response.text()]).toEqual([
      500,
      '{"statusCode":500,"message":"Internal server error"}',
    ]);
  });
});
