import { Controller, Get } from '@nestjs/common';

/** What both apps serve. Decorators are called as functions, because Node strips types and knows no decorators. */
export class Hello {
  hello(): string {
    return 'hello';
  }
}
Controller('hello')(Hello);
Get()(Hello.prototype, 'hello', Object.getOwnPropertyDescriptor(Hello.prototype, 'hello') ?? {});
