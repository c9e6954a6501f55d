import { type WovenMethod } from '@rookery/common';
import { type Observable } from 'rxjs';

/** What a method with more than one result returns. */
export type StreamKind = 'observable' | 'async iterable';

/**
 * What stream the method returns; `undefined` for a method with one result. It must be known before a call, because an
 * observable and an iterable start working only when somebody asks them to: the declared return type tells the first,
 * `async *` the second.
 */
export function streamKindOf(method: WovenMethod): StreamKind | undefined {
  if (isObservableType(method.returnType)) return 'observable';
  const written = Object.prototype.toString.call(method.written);
  return written === '[object AsyncGeneratorFunction]' ? 'async iterable' : undefined;
}

/** Told by its methods, as rxjs itself does: the app may have another copy of rxjs. */
function isObservableType(type: unknown): boolean {
  const prototype: Partial<Observable<unknown>> | undefined =
    typeof type === 'function' ? type.prototype : undefined;
  return typeof prototype?.subscribe === 'function' && typeof prototype.pipe === 'function';
}
