/** Between what a limit adapts. */
export interface LimitBounds {
  readonly min: number;
  readonly max: number;
}

/** The number, or the bound that it is beyond. */
export function within({ min, max }: LimitBounds, number: number): number {
  return Math.min(max, Math.max(min, number));
}
