import { type ArgumentFunction } from '../errors/ask-about-arguments.js';
import { type ArgumentsDecorator } from '../errors/fits-arguments.js';
import { declareStageFrom } from '../weaving/declare-stage.decorator.js';

/**
 * Lets calls of the method that have the same key, on the same instance, share one execution while it is under way: all
 * get the same result or error, the very same object. Nothing is kept once it has ended. The function gets the method's
 * arguments, which the compiler checks, and returns the key, or `undefined` for a call that shares with none. The key
 * must hold everything that the result depends on. A method that returns a stream cannot have it.
 *
 * @example
 * \@Coalesce((id: string) => id)
 * find(id: string): Promise<User> { return this.http.get(`/users/${id}`); }
 */
export function Coalesce<Key extends ArgumentFunction<string | undefined>>(
  key: Key,
): ArgumentsDecorator<Key> {
  return declareStageFrom('Coalesce', 'coalesce', key, { key });
}
