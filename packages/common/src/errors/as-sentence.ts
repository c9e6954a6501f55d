/** A message that another sentence can follow: with a full stop, unless it ends already. */
export function asSentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
