import { messageOf } from '@rookery/common';
import { InvalidResponseError } from '../../errors/invalid-response.error.js';
import { type Contract, type ContractMethod } from './contract.js';

/** A method that takes one message and answers with one. Throws a `TypeError` when the contract has no such method. */
export function unaryMethod({ name, methods }: Contract, method: string): ContractMethod {
  const found = methods.get(method);
  if (!found)
    throw new TypeError(`${name} has no method "${method}". It has ${[...methods.keys()].join(', ')}.`);
  if (found.requestStream || found.responseStream) {
    throw new TypeError(
      `${name}/${method} is a streaming method. call() serves those with one request and one answer.`,
    );
  }
  return found;
}

/** Whether the contract itself says that the method may be executed twice (`option idempotency_level`). */
export function isDeclaredIdempotent({ options }: ContractMethod): boolean {
  const level: string = options.idempotency_level;
  return level === 'IDEMPOTENT' || level === 'NO_SIDE_EFFECTS';
}

/** The request as it goes on the wire. Throws a `TypeError` when it does not fit the contract. */
export function encodeRequest({ path, requestSerialize }: ContractMethod, request: object): Buffer {
  try {
    return requestSerialize(request);
  } catch (error) {
    throw new TypeError(`${path.slice(1)}: the request does not fit the contract: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The answer as the code sees it. */
export function decodeAnswer(
  label: string,
  { responseDeserialize }: ContractMethod,
  answer: Buffer,
): unknown {
  try {
    return responseDeserialize(answer);
  } catch (error) {
    throw new InvalidResponseError(label, error, 'by its contract');
  }
}
