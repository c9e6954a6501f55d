/** Who gets a copy of each matching event: one handler of one group. Replicas share it and compete for its events. */
export interface ConsumerSpec {
  /** The service, or whoever else the copy is for. */
  readonly group: string;
  /** The handler within the group, such as `Welcome.greet`. Each has its own delivery, retries and dead letters. */
  readonly handler: string;
  /** An event that matches several of them arrives once. */
  readonly patterns: readonly string[];
}

/** The consumer's identity within a broker. It outlives processes. */
export function consumerName({ group, handler }: Pick<ConsumerSpec, 'group' | 'handler'>): string {
  return `${group}/${handler}`;
}
