import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import { type User } from '@demo/contracts';
import { HttpServiceClient, HttpStatusError, InjectHttpClient } from '@rookery/client';

/** The users, as user-service knows them. */
@Injectable()
export class UserDirectory {
  constructor(@InjectHttpClient('user-service') private readonly http: HttpServiceClient) {}

  /** The user of an order. A user who does not exist is the order's fault, not ours. */
  async find(id: string): Promise<User> {
    try {
      return await this.http.get<User>('/users/:id', { params: { id } });
    } catch (error) {
      if (error instanceof HttpStatusError && error.status === 404) {
        throw new UnprocessableEntityException(`userId: There is no user ${id}.`, { cause: error });
      }
      throw error;
    }
  }
}
