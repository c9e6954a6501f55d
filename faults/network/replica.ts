import 'reflect-metadata';
import { appendFileSync } from 'node:fs';
import { Controller, Get, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DiscoveryModule } from '@rookery/discovery';
import { ServiceModule } from '@rookery/service';
import { discoveryAt } from '../fixtures/discovery-at.ts';
import { pause } from '../fixtures/pause.ts';

/**
 * A replica that answers after 5 ms, and writes down the id of each thing that it was asked to do. Usage: replica.ts <place>
 * <address to listen at> <file for the ids>. Decorators are called as functions: Node only strips types.
 */
const [place = '.', address = '127.0.0.1', history = ''] = process.argv.slice(2);

class Work {
  async read(): Promise<{ pid: number }> {
    await pause(5);
    return { pid: process.pid };
  }

  write(id: string): Promise<{ pid: number }> {
    appendFileSync(history, `${id}\n`);
    return this.read();
  }
}
const method = (name: 'read' | 'write') => Object.getOwnPropertyDescriptor(Work.prototype, name) ?? {};
Controller('work')(Work);
Get()(Work.prototype, 'read', method('read'));
Post(':id')(Work.prototype, 'write', method('write'));
Param('id')(Work.prototype, 'write', 0);

class App {}
Module({
  imports: [
    ServiceModule.forRoot({ name: 'worker' }),
    DiscoveryModule.forRoot({ ...(await discoveryAt(place)), advertise: { host: address } }),
  ],
  controllers: [Work],
})(App);

const app = await NestFactory.create(App, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
await app.listen(0, address);
