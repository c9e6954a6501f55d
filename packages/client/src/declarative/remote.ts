/**
 * The body of a contract's method: the answer comes from the service. `@ServiceClient()` replaces it, so it only ever runs
 * where that decorator was forgotten.
 *
 * @param _arguments The method's own, so that a linter sees them used.
 * @example
 * \@Get(':id')
 * find(@Param('id') id: string): Promise<User> { return remote(id); }
 */
export function remote(..._arguments: readonly unknown[]): never {
  throw new TypeError(
    'This method belongs to a contract that nobody serves here. Put @ServiceClient() on its class, and have the class injected.',
  );
}
