import { type MessageTypeDefinition, type MethodDefinition } from '@grpc/proto-loader';

/** A method of a contract. */
export type ContractMethod = MethodDefinition<object, object>;

/** Messages by their names with their packages. */
export type Messages = ReadonlyMap<string, MessageTypeDefinition<object, object>>;

/** What a service promises: its methods by the names that the .proto file gives them. */
export interface Contract {
  /** With its package, such as `users.v1.UserService`. */
  readonly name: string;
  readonly methods: ReadonlyMap<string, ContractMethod>;
  /** All messages of its files. */
  readonly messages: Messages;
}
