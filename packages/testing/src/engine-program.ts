/** Where a server of a test's own listens and keeps its data. */
export interface Place {
  readonly port: number;
  /** A second port, for servers that need one. */
  readonly sidePort: number;
  readonly directory: string;
}

/** Who runs a program, where it is not the user of the test. */
export interface Runner {
  readonly uid: number;
  readonly gid: number;
}

/** How a server is started. */
export interface EngineProgram {
  readonly command: string;
  readonly args: (place: Place) => string[];
  /** Brings its directory into the state in which it can start; again for one that it has used. */
  readonly prepare?: (place: Place) => Promise<void>;
  readonly runner?: () => Runner | undefined;
  /** Whether it answers, and not merely listens. Where it is absent, an accepted connection is enough. */
  readonly ready?: (place: Place) => Promise<boolean>;
  /** Whether it may refuse to start for a moment, until what was left of a killed one is gone. */
  readonly lingers?: boolean;
}
