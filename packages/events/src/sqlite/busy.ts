const SQLITE_BUSY = 5;

/** Whether the error says that another connection holds the lock. Extended codes keep the basic one in the low byte. */
export function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === 'number' && (code & 0xff) === SQLITE_BUSY;
}
