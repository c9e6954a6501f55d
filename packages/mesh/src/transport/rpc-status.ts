/** The other side answered with a status other than OK. The client turns it into an error that names the call. */
export class RpcStatus extends Error {
  /** @param metadata The trailing metadata, texts only. */
  constructor(
    readonly status: number,
    readonly details: string,
    readonly metadata: Readonly<Record<string, string>>,
  ) {
    super(details);
  }
}
