import { type CallDefaults } from './call-options.js';

/** A class whose methods say what can be asked of a service. */
export type ContractClass<Api extends object = object> = (abstract new () => Api) & {
  readonly prototype: Api;
};

/** The HTTP methods that a contract can use. */
export const VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Verb = (typeof VERBS)[number];

/** The parts of a request that arguments become. */
export type RequestPart = 'Param' | 'Query' | 'Headers' | 'Body';

/** A parameter of a method that becomes a part of the request. */
export interface RoutedParameter {
  readonly index: number;
  readonly part: RequestPart;
  /** The name of the field or header. Unset: the argument is the whole part. */
  readonly name: string | undefined;
}

/** A method of a contract. */
export interface ContractRoute {
  /** `Class.method`, for messages. */
  readonly label: string;
  readonly method: string;
  readonly verb: Verb;
  /** From the service's root, with `:names`, such as `/users/:id`. */
  readonly path: string;
  readonly parameters: readonly RoutedParameter[];
  /** The parameter that takes the options of a single call. */
  readonly optionsAt: number | undefined;
  /** The parameter that takes the call's `AbortSignal`. */
  readonly signalAt: number | undefined;
  /** The options of every call. */
  readonly defaults: CallDefaults;
}

/** What `@ServiceClient()` says about a class. */
export interface Contract {
  readonly name: string;
  readonly service: string;
  /** The part that the paths of all methods begin with, such as `/users`; `/` when there is none. */
  readonly path: string;
  readonly routes: readonly ContractRoute[];
}

const CONTRACT = '@rookery/client:contract';

/** Notes what a class promises. */
export function declareContract(target: ContractClass, contract: Contract): void {
  Reflect.defineMetadata(CONTRACT, contract, target);
}

/** What a class, or one that it extends, promises; `undefined` when it is no contract. */
export function contractOf(target: object): Contract | undefined {
  return Reflect.getMetadata(CONTRACT, target) as Contract | undefined;
}
