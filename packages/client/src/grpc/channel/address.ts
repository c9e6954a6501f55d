/** Where a URL leads: what a channel connects to. */
export interface Address {
  /** An IPv6 address stands in brackets. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

/** The address of an http or https URL. */
export function addressOf(url: string): Address {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  return { host: hostname, port: Number(port || (secure ? 443 : 80)), secure };
}
