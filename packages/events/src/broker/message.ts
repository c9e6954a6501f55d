/** An event as a broker carries it: its identity, its address, and a body that the broker does not look into. */
export interface Message {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly key?: string;
  /** CloudEvents 1.0 structured JSON. */
  readonly body: string;
}
