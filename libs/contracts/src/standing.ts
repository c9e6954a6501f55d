import { fileURLToPath } from 'node:url';

/** The contract by which user-service tells whether a user may order, over gRPC. */
export const STANDING_PROTO = fileURLToPath(new URL('../proto/standing.proto', import.meta.url));
export const STANDING_PACKAGE = 'demo.standing.v1';

/** What is asked before an order is placed. The amount is in cents. */
export interface CheckOrder {
  readonly userId: string;
  readonly amount: number;
}

/** Whether the order may be placed. Amounts are in cents. */
export interface OrderCheck {
  readonly allowed: boolean;
  /** What the user may still spend. */
  readonly left: number;
}
