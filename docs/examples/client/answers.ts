import {
  Body,
  Controller,
  Get,
  Headers,
  Module,
  Param,
  Post,
  ServiceUnavailableException,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientModule,
  getHttpClientToken,
  type HttpServiceClient,
  HttpStatusError,
  InvalidResponseError,
  ProblemType,
} from '@rookery/client';
import { ResilienceModule } from '@rookery/resilience';
import { z } from 'zod';

// #region example
// What both services share, as in a library of contracts.
export class OutOfStock extends ProblemType({
  type: 'https://shop.example/problems/out-of-stock',
  code: 'OUT_OF_STOCK',
  title: 'Not enough in stock',
  status: 409,
  members: z.object({ sku: z.string(), left: z.int() }),
}) {}

const Item = z.object({ sku: z.string(), price: z.number().positive() });

// The service that is called.
@Controller('items')
class Items {
  #tries = 0;

  @Get(':sku')
  find(@Param('sku') sku: string) {
    return { sku, price: sku === 'tea' ? 4.5 : 'on request', margin: 0.6 };
  }

  @Post(':sku/reservations')
  reserve(@Param('sku') sku: string, @Body() { count }: { count: number }) {
    if (count > 2) throw new OutOfStock({ sku, left: 2 }, { detail: `${count} were asked for` });
    return { reserved: count };
  }

  @Post('orders')
  order(@Headers('idempotency-key') key: string) {
    this.#tries += 1;
    if (this.#tries === 1) throw new ServiceUnavailableException();
    return `placed at try ${this.#tries}, with a key of ${key.length} letters`;
  }
}

@Module({ imports: [ResilienceModule.forRoot()], controllers: [Items] })
class ItemService {}

// The service that calls.
async function buy(items: HttpServiceClient, print: (line: string) => void): Promise<void> {
  const tea = await items.get('/items/:sku', { params: { sku: 'tea' }, schema: Item });
  print(`${tea.sku} costs ${tea.price.toFixed(2)}, and has ${Object.keys(tea).length} fields`);

  const truffle = items.get('/items/:sku', { params: { sku: 'truffle' }, schema: Item });
  await truffle.catch((error: InvalidResponseError) => print(error.message));

  try {
    await items.post('/items/:sku/reservations', { count: 3 }, { params: { sku: 'tea' } });
  } catch (error) {
    if (error instanceof OutOfStock) print(`${error.detail}, ${error.members.left} are left`);
  }

  print(await items.post('/items/orders', {}, { idempotencyKey: true }));

  const unknown = items.get('/none');
  await unknown.catch((error: HttpStatusError) => print(`${error.status}, problem: ${error.problem?.type}`));
}

export async function run(print: (line: string) => void): Promise<void> {
  const service = await NestFactory.create(ItemService, { logger: false });
  await service.listen(0, '127.0.0.1');

  @Module({
    imports: [
      ResilienceModule.forRoot(),
      ClientModule.forFeature([{ service: 'items', url: await service.getUrl(), errors: [OutOfStock] }]),
    ],
  })
  class ShopService {}

  const shop = await NestFactory.createApplicationContext(ShopService, { logger: false });
  await buy(shop.get(getHttpClientToken('items'), { strict: false }), print);
  await shop.close();
  await service.close();
}
// #endregion
