import { Body, Controller, Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { createUser, type CreateUser, type Order, type User } from '@demo/contracts';
import { Users } from './users.js';

@Controller('users')
export class UsersController {
  constructor(private readonly users: Users) {}

  @Post()
  create(@Body({ schema: createUser }) input: CreateUser): Promise<User> {
    return this.users.create(input);
  }

  @Get(':id')
  find(@Param('id', ParseUUIDPipe) id: string): User {
    return this.users.find(id);
  }

  @Get(':id/orders')
  history(@Param('id', ParseUUIDPipe) id: string): Order[] {
    return this.users.history(id);
  }
}
