import { messageOf } from '@rookery/common';
import { InvalidResponseError } from '../../errors/invalid-response.error.js';
import { RequestTooLargeError } from '../../errors/request-too-large.error.js';
import { type Contract, type ContractMethod } from './contract.js';

/** The method of the client that serves a kind of methods. */
export type CallKind = 'call' | 'serverStream' | 'clientStream' | 'duplex';

const DOES: Record<CallKind, string> = {
  call: 'takes one message and answers with one',
  serverStream: 'answers with a stream',
  clientStream: 'takes a stream',
  duplex: 'takes a stream and answers with one',
};

/** The mistake of who calls a method that the contract does not have, or not of this kind: what it has. */
export function noSuchMethod({ name, methods }: Contract, method: string, asked: CallKind): TypeError {
  const found = methods.get(method);
  if (!found)
    return new TypeError(`${name} has no method "${method}". It has ${[...methods.keys()].join(', ')}.`);
  const kind = kindOf(found);
  return new TypeError(`${name}/${method} ${DOES[kind]}: call it with ${kind}(), not with ${asked}().`);
}

/** The method of the client that serves a method of a contract. */
export function kindOf({ requestStream, responseStream }: ContractMethod): CallKind {
  if (requestStream) return responseStream ? 'duplex' : 'clientStream';
  return responseStream ? 'serverStream' : 'call';
}

/** Whether the contract itself says that the method may be executed twice (`option idempotency_level`). */
export function isDeclaredIdempotent({ options }: ContractMethod): boolean {
  const level: string = options.idempotency_level;
  return level === 'IDEMPOTENT' || level === 'NO_SIDE_EFFECTS';
}

/**
 * The request as it goes on the wire. Throws a `TypeError` when no message can be made of it, such as of `null`, or with a text
 * where a message belongs, and a `RequestTooLargeError` when it has more bytes than the limit. No check against the contract:
 * proto-loader leaves unknown fields out and converts values, `'5'` to 5.
 */
export function encodeRequest(
  label: string,
  { path, requestSerialize }: ContractMethod,
  request: object,
  limit = Infinity,
): Buffer {
  const bytes = serialized(path, requestSerialize, request);
  if (bytes.length > limit) throw new RequestTooLargeError(label, bytes.length, limit);
  return bytes;
}

function serialized(
  path: string,
  requestSerialize: ContractMethod['requestSerialize'],
  request: object,
): Buffer {
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
