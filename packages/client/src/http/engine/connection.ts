import { Client, type Dispatcher } from 'undici';

/** What an exchange hands to undici, and what it learns from it. */
export interface Dispatch extends Dispatcher.DispatchOptions {
  /** The connection that it was given to. */
  via?: Connection;
}

/** One connection to an origin, for one exchange at a time; it is made again when it is lost. */
export class Connection extends Client {
  /** Whether an exchange has ended on the socket that is there now. */
  used = false;

  constructor(origin: URL, options: Client.Options) {
    super(origin, options);
    this.on('connect', () => (this.used = false));
  }

  override dispatch(options: Dispatch, handler: Dispatcher.DispatchHandler): boolean {
    options.via = this;
    return super.dispatch(options, handler);
  }
}
