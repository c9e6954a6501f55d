import { type MethodDefinition } from '@grpc/proto-loader';

/** A method of a contract. */
export type ContractMethod = MethodDefinition<object, object>;

/** What a service promises: its methods by the names that the .proto file gives them. */
export interface Contract {
  /** With its package, such as `users.v1.UserService`. */
  readonly name: string;
  readonly methods: ReadonlyMap<string, ContractMethod>;
}
