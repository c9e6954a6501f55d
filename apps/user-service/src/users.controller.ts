import { type CreateUser, type Order, type User, UserApi } from '@demo/contracts';
import { type Served, ServeContract } from '@rookery/client/contract';
import { Users } from './users.js';

/** Routes, pipes and statuses are the contract's. */
@ServeContract(UserApi)
export class UsersController implements Served<UserApi> {
  constructor(private readonly users: Users) {}

  create(input: CreateUser): Promise<User> {
    return this.users.create(input);
  }

  find(id: string): User {
    return this.users.find(id);
  }

  history(id: string): Order[] {
    return this.users.history(id);
  }
}
