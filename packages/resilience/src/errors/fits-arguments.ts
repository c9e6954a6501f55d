import { type ArgumentFunction } from './ask-about-arguments.js';

/**
 * `unknown`, which asks for nothing, when the function can be asked with the arguments `P` of the method; else a
 * sentence for the compiler to show.
 */
type Fits<Asked, P extends unknown[]> = [Asked] extends [ArgumentFunction<unknown> | undefined]
  ? NonNullable<Asked> extends (...args: P) => unknown
    ? unknown
    : 'The functions in the options take the arguments of the method.'
  : unknown;

/** A method decorator of which the compiler checks that the functions `Asked` take what the method takes. */
export type ArgumentsDecorator<Asked> = <P extends unknown[], R>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<(...args: P) => R> & Fits<Asked, P>,
) => void;
