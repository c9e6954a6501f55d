/** Where the mesh client reports to. Nest's `Logger` is one. */
export interface MeshLog {
  debug(message: string, facts: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts: Readonly<Record<string, unknown>>): void;
}
