/** What the policies of one method or client let a call do. */
export interface Guard {
  /** `Class.method`, or the name of a client's policy. */
  readonly name: string;
  /** How many attempts one call can make. */
  readonly attempts: number;
  /** The longest that one call can take, in milliseconds; `undefined` when nothing limits it. */
  readonly limitMs: number | undefined;
}

/** A provider or controller in the graph of who uses whom. */
export interface GuardedNode {
  /** Empty where nothing is guarded. */
  readonly guards: readonly Guard[];
  /** What it was given by injection, and so may call. */
  readonly uses: () => readonly GuardedNode[];
}
