import { type RegistryBackend } from '../registry/registry-backend.js';

/** A registry whose server can be broken, as a suite about outages needs it. */
export interface OutageSubject {
  /** A server of the test's own, such as an `EngineServer` of `@rookery/testing`. */
  readonly server: {
    readonly port: number;
    /** `SIGSTOP` freezes it, `SIGCONT` thaws it. */
    signal(signal: NodeJS.Signals): void;
    /** Ends it without warning. */
    kill(): Promise<void>;
    /** Forgets everything that it has stored, while it is down. */
    wipe(): Promise<void>;
    /** Starts it again with what it has stored. */
    up(): Promise<void>;
    dispose(): Promise<void>;
  };
  /** A way to the server that can be cut off, such as a `TcpLink` of `@rookery/testing`. */
  readonly link: {
    readonly port: number;
    /** Nothing passes any more, and nobody is told. */
    silence(): void;
    restore(): void;
    close(): Promise<void>;
  };
  /**
   * A connection of its own to the registry, over a port of 127.0.0.1. An answer that stays out for some hundreds of
   * milliseconds has to count as an outage, so that the suite sees one before leases of two seconds end.
   */
  connect(port: number): RegistryBackend;
}
