/** A method as it was declared; the same object for every call of it, in every instance and app. */
export interface WovenMethod {
  /** The prototype that declares the method. */
  readonly target: object;
  readonly className: string;
  readonly key: string | symbol;
  readonly name: string;
  /** What TypeScript recorded as the declared return type, when one was written. */
  readonly returnType: unknown;
  /** The method as the author wrote it, or as an inner decorator left it. */
  readonly original: (...args: unknown[]) => unknown;
  /** The method as the author wrote it, under whatever other packages have woven around it. */
  readonly written: (...args: never[]) => unknown;
}

/** One call of a woven method. */
export interface WovenCall {
  readonly method: WovenMethod;
  readonly instance: object;
  readonly args: readonly unknown[];
  /** Calls the method itself, with the call's own arguments unless others are given. */
  proceed(args?: readonly unknown[]): unknown;
}
