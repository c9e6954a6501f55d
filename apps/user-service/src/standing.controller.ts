import { Controller } from '@nestjs/common';
import { type CheckOrder, type OrderCheck } from '@demo/contracts';
import { GrpcMethod } from '@nestjs/microservices';
import { Users } from './users.js';

/** What all orders of one user may add up to, in cents. */
const LIMIT = 100_000_000;

/** Tells over gRPC whether a user may place an order. */
@Controller()
export class StandingController {
  constructor(private readonly users: Users) {}

  @GrpcMethod('Standing', 'Check')
  check({ userId, amount }: CheckOrder): OrderCheck {
    const left = Math.max(0, LIMIT - this.users.spent(userId));
    return { allowed: amount <= left, left };
  }
}
