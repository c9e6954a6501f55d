import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import { type User, UserApi } from '@demo/contracts';
import { HttpStatusError } from '@rookery/client';

/** The users, as user-service knows them. */
@Injectable()
export class UserDirectory {
  constructor(private readonly users: UserApi) {}

  /** The user of an order. A user who does not exist is the order's fault, not ours. */
  async find(id: string): Promise<User> {
    try {
      return await this.users.find(id);
    } catch (error) {
      if (error instanceof HttpStatusError && error.status === 404) {
        throw new UnprocessableEntityException(`userId: There is no user ${id}.`, { cause: error });
      }
      throw error;
    }
  }
}
