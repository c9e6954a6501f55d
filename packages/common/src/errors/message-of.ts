/** What an unknown thrown value has to say, for a log line or a stored record. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(messageOf).join('; ');
  // By its shape: an error of another realm, such as a test runner's sandbox, is no instance of this one's Error.
  const { name, message } = (error ?? {}) as Partial<Error>;
  return typeof message === 'string' && typeof name === 'string' ? message || name : String(error);
}
