/** One thing that a server says about a status beyond its text. */
export interface StatusDetail {
  /** The name of its message, such as `google.rpc.BadRequest`. */
  readonly type: string;
  /** The message, if its type is one of google.rpc or of the contract; else its bytes. */
  readonly value: object | Buffer;
}
