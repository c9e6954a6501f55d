import { Controller, Get, type INestApplication, Module, Param, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientModule, type HttpServiceClient, InjectHttpClient } from '@rookery/client';
import { Signal, sleep, systemClock } from '@rookery/common';
import { DiscoveryModule, memoryRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';
import { ServiceModule } from '@rookery/service';
import { eventually } from '@rookery/testing';

const backend = memoryRegistry();
const stopped: string[] = [];

/** Notes when a handler is told that nobody waits for it any more. */
function watch(name: string, signal: AbortSignal): void {
  signal.addEventListener('abort', () => stopped.push(name), { once: true });
}

/** Stands for a query that takes far too long, and can be cancelled. */
const slowQuery = (signal: AbortSignal) => sleep(systemClock, 60_000, signal);

function service(name: string, controller: Type, ...calls: string[]): Type {
  class App {}
  Module({
    imports: [
      ServiceModule.forRoot({ name }),
      DiscoveryModule.forRoot({ registry: backend }),
      ResilienceModule.forRoot(),
      ClientModule.forFeature(calls.map((called) => ({ service: called }))),
    ],
    controllers: [controller],
  })(App);
  return App;
}

// #region example
@Controller('orders')
export class Orders {
  constructor(@InjectHttpClient('prices') private readonly prices: HttpServiceClient) {}

  @Get(':id')
  find(@Param('id') id: string, @Signal() signal: AbortSignal) {
    watch('orders', signal);
    return this.prices.get('/prices/:id', { params: { id } }); // no word about time
  }
}

@Controller('prices')
export class Prices {
  constructor(@InjectHttpClient('warehouse') private readonly warehouse: HttpServiceClient) {}

  @Get(':id')
  find(@Param('id') id: string, @Signal() signal: AbortSignal) {
    watch('prices', signal);
    return this.warehouse.get('/stock/:id', { params: { id } });
  }
}

@Controller('stock')
export class Warehouse {
  @Get(':id')
  find(@Signal() signal: AbortSignal) {
    watch('warehouse', signal);
    return slowQuery(signal); // cancelled when the caller of orders does not wait any more
  }
}

export async function run(print: (line: string) => void): Promise<void> {
  const apps: INestApplication[] = [];
  for (const module of [
    service('warehouse', Warehouse),
    service('prices', Prices, 'warehouse'),
    service('orders', Orders, 'prices'),
  ]) {
    const app = await NestFactory.create(module, { logger: false });
    await app.listen(0, '127.0.0.1');
    apps.push(app);
  }
  const orders = `${await apps.at(-1)?.getUrl()}/orders/7`;

  const answer = await fetch(orders, { headers: { 'x-rookery-timeout-ms': '300' } });
  print(`${answer.status} ${await answer.text()}`);
  print(`stopped: ${(await all()).join(', ')}`);

  const caller = new AbortController();
  const call = fetch(orders, { signal: caller.signal }).catch(() => 'left');
  setTimeout(() => caller.abort(), 300);
  print(await call.then(String));
  print(`stopped: ${(await all()).join(', ')}`);

  for (const app of apps.toReversed()) await app.close();
}
// #endregion

/** The services that were told to stop, once all three were. */
async function all(): Promise<string[]> {
  await eventually('all three have stopped', () => stopped.length === 3);
  return stopped.splice(0).sort();
}
