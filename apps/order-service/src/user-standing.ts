import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import { type CheckOrder, type OrderCheck } from '@demo/contracts';
import { GrpcServiceClient, InjectGrpcClient } from '@rookery/client/grpc';

/** What users may still order, as user-service knows it. */
@Injectable()
export class UserStanding {
  constructor(@InjectGrpcClient('user-service') private readonly grpc: GrpcServiceClient) {}

  /** Refuses an order that the user may not place. */
  async require(order: CheckOrder): Promise<void> {
    const { allowed, left } = await this.grpc.call<CheckOrder, OrderCheck>('Check', order);
    if (allowed) return;
    throw new UnprocessableEntityException(
      `amount: ${order.amount} is more than the ${left} that user ${order.userId} may still order for.`,
    );
  }
}
