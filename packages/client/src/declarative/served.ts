import { type Observable } from 'rxjs';

/**
 * What a controller of a contract looks like: it may answer at once, by a promise or by an observable, and need not take the
 * parameters that are for callers only.
 */
export type Served<Api> = {
  [Method in keyof Api]: Api[Method] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer | Promise<Answer> | Observable<Answer>
    : Api[Method];
};
