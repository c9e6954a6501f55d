import { isRookeryError } from '@rookery/common';

/** For `@Catch()`, which asks with `instanceof`: any error of the suite, also of a second installed copy of a package. */
export abstract class AnyRookeryError {
  static [Symbol.hasInstance](value: unknown): boolean {
    return isRookeryError(value);
  }
}
