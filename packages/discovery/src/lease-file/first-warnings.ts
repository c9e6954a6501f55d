/** `LEASE_IGNORED`: a file is no lease. `LEASES_NOT_WATCHED`: the system tells of no changes. */
export type LeaseWarning = 'LEASE_IGNORED' | 'LEASES_NOT_WATCHED';

/** Tells the operator what is wrong, as warnings of the process: the first of each kind, because the rest are like it. */
export class FirstWarnings {
  readonly #told = new Set<LeaseWarning>();

  tell(code: LeaseWarning, message: string): void {
    if (this.#told.has(code)) return;
    this.#told.add(code);
    process.emitWarning(message, { type: 'LeaseFileWarning', code });
  }
}
