/** The HTTP methods that a call can use. */
export type MeshVerb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request as it is handed to the mesh. */
export interface MeshRequest {
  /** The service, as the mesh knows it. */
  readonly authority: string;
  readonly verb: MeshVerb;
  /** Starts with a slash, encoded. */
  readonly path: string;
  /** Lower-case names; without `host`, which is the authority. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** An answer as it came, whatever its status. */
export interface MeshResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** One way into a mesh. */
export interface MeshTransport {
  /**
   * Sends one request, once: retries are the mesh's. Resolves with any answer, whatever its status; rejects with a
   * `TransportFailure` when none came, also when the signal ended it.
   */
  send(request: MeshRequest): Promise<MeshResponse>;
}
