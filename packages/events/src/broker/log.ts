/** Where brokers and pipelines report; Nest's `Logger` is one. A message, and facts as one plain object. */
export interface Log {
  debug(message: string, facts?: object): void;
  log(message: string, facts?: object): void;
  warn(message: string, facts?: object): void;
  error(message: string, facts?: object): void;
}
