import { type Check, checkOptions, is, listOf, required, shape } from '@rookery/common';
import { xdsTlsCheck, type XdsTlsOptions } from './tls/xds-tls.options.js';

/** Options of `XdsServerModule`. */
export interface XdsServerOptions {
  /** The port to listen on. 0 lets the system choose; `XdsServer.port` says which it is. */
  port: number;
  /**
   * The address to listen on. Default `'127.0.0.1'`: whoever reaches the port reads where every exported service is,
   * unless `tls.clientAuthorities` says whose clients may. Without that, open it to a network that you trust only.
   */
  host?: string;
  /** The services to export. Default: all that are in the registry. */
  services?: string[];
  /** Transport security. Default: none, and what is exported crosses the network in plain text. */
  tls?: XdsTlsOptions;
}

export const XDS_SERVER_DEFAULTS = { host: '127.0.0.1' } as const;

const checkAll: Check = shape<XdsServerOptions>({
  port: required(is.wholeNumber({ max: 65_535 })),
  host: is.text,
  services: listOf(is.serviceName),
  tls: xdsTlsCheck,
});

/** Checks the options and fills in what is left out. Throws an `OptionsError` that names every problem. */
export function resolveXdsServerOptions(options: XdsServerOptions): XdsServerSettings {
  const { port, host, services, tls } = checkOptions('XdsServerModule.forRoot', checkAll, options);
  return { port, host: host ?? XDS_SERVER_DEFAULTS.host, services, tls };
}

/** Options with every default filled in. */
export interface XdsServerSettings {
  readonly port: number;
  readonly host: string;
  /** `undefined` for all. */
  readonly services: readonly string[] | undefined;
  /** `undefined` for plain text. */
  readonly tls: XdsTlsOptions | undefined;
}
