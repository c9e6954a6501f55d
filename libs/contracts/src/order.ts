import { z } from 'zod';

/** What is needed to place an order. The amount is in cents. */
export const placeOrder = z.strictObject({
  userId: z.uuid(),
  item: z.string().trim().min(1).max(200),
  amount: z.int().positive().max(100_000_000),
});

export type PlaceOrder = z.infer<typeof placeOrder>;

export interface Order extends PlaceOrder {
  readonly id: string;
  /** When it was placed: ISO 8601, UTC. */
  readonly placedAt: string;
}

/** Announced when an order is placed. */
export const ORDER_PLACED = 'order.placed';
export type OrderPlaced = Order;

/** The queue of confirmations that are still to be sent. */
export const CONFIRMATIONS = 'confirmations';

export interface Confirmation {
  readonly orderId: string;
  readonly email: string;
  readonly text: string;
}
