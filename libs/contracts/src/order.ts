import { defineEvent } from '@rookery/events';
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
export const OrderPlaced = defineEvent('order.placed', {
  schema: z.object({ ...placeOrder.shape, id: z.uuid(), placedAt: z.iso.datetime() }),
});

/** The queue of confirmations that are still to be sent. */
export const CONFIRMATIONS = 'confirmations';

export const confirmation = z.object({ orderId: z.uuid(), email: z.email(), text: z.string().min(1) });

export type Confirmation = z.infer<typeof confirmation>;
