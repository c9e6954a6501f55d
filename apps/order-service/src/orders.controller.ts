import { Body, Controller, Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { type Order, placeOrder, type PlaceOrder } from '@demo/contracts';
import { Orders } from './orders.js';

@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: Orders) {}

  @Post()
  place(@Body({ schema: placeOrder }) input: PlaceOrder): Promise<Order> {
    return this.orders.place(input);
  }

  @Get(':id')
  find(@Param('id', ParseUUIDPipe) id: string): Order & { confirmed: boolean } {
    return this.orders.find(id);
  }
}
