import { Body, Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { remote, ServiceClient } from '@rookery/client/contract';
import { type Order } from './order.js';
import { createUser, type CreateUser, type User } from './user.js';

/** What can be asked of user-service: its controller serves it, and others call it. */
@ServiceClient('user-service', { path: 'users' })
export abstract class UserApi {
  @Post()
  create(@Body({ schema: createUser }) input: CreateUser): Promise<User> {
    return remote(input);
  }

  @Get(':id')
  find(@Param('id', ParseUUIDPipe) id: string): Promise<User> {
    return remote(id);
  }

  /** The orders that the user has placed. */
  @Get(':id/orders')
  history(@Param('id', ParseUUIDPipe) id: string): Promise<Order[]> {
    return remote(id);
  }
}
