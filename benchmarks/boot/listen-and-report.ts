import { type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** Starts the app, prints how many milliseconds after the process it listens, and stops it. */
export async function listenAndReport(module: Type): Promise<void> {
  const app = await NestFactory.create(module, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  console.log(performance.now());
  await app.close();
}
