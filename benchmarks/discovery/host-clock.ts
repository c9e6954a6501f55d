/** Milliseconds on the steady clock of this host, which is one for all its processes: what one notes another may compare. */
export function hostNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
