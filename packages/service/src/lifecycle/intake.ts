/** A way in which requests come into the app: one for each of its servers. */
export interface Intake {
  /** What is counted there, for a log line, such as `HTTP requests`. */
  readonly what: string;
  /** The app is about to go: whoever is answered from now on learns to use another connection. */
  announceEnd(): void;
  /** Takes no new requests from now on. Resolves when none is under way any more. */
  drain(): Promise<void>;
  /** Closes what is left, in the middle of a request if need be. Returns how many requests that ended. */
  cut(): number;
}
