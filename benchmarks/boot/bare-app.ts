import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { listenAndReport } from './listen-and-report.ts';

class Hello {
  hello() {
    return 'hello';
  }
}
Controller('hello')(Hello);
Get()(Hello.prototype, 'hello', Object.getOwnPropertyDescriptor(Hello.prototype, 'hello') ?? {});

class App {}
Module({ controllers: [Hello] })(App);

await listenAndReport(App);
