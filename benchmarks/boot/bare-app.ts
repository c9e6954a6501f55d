import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { Hello } from './hello.ts';
import { listenAndReport } from './listen-and-report.ts';

class App {}
Module({ controllers: [Hello] })(App);

await listenAndReport(App);
