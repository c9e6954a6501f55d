import { Injectable, Module, NotFoundException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Fallback, PolicyRegistry, ResilienceModule, Retry } from '@rookery/resilience';

// #region example
interface Product {
  id: string;
  stock: number | 'unknown';
}

@Injectable()
export class Products {
  healthy = true;
  private readonly seen = new Map<string, Product>();

  @Retry({ attempts: 2, backoff: { delay: 1 } })
  @Fallback(function (this: Products, _error, id: string) {
    return this.seen.get(id) ?? { id, stock: 'unknown' as const };
  })
  async find(id: string): Promise<Product> {
    if (!this.healthy) throw new Error('connection refused');
    if (id === '404') throw new NotFoundException(`no product ${id}`);
    const product: Product = { id, stock: 3 };
    this.seen.set(id, product);
    return product;
  }
}

@Module({ imports: [ResilienceModule.forRoot()], providers: [Products] })
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  app.get(PolicyRegistry).events$.subscribe(({ type, policy }) => print(`  ${type} of ${policy}`));
  const products = app.get(Products);

  print(`healthy: ${(await products.find('7')).stock}`);
  products.healthy = false;
  print(`down, seen before: ${(await products.find('7')).stock}`);
  print(`down, never seen: ${(await products.find('8')).stock}`);
  products.healthy = true;
  await products.find('404').catch((error: unknown) => print(`wrong id: ${String(error)}`));
  await app.close();
}
// #endregion
