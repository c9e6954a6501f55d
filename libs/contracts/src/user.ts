import { defineEvent } from '@rookery/events';
import { z } from 'zod';

/** What is needed to create a user. */
export const createUser = z.strictObject({
  name: z.string().trim().min(1).max(100),
  email: z.email().max(254),
});

export type CreateUser = z.infer<typeof createUser>;

export interface User extends CreateUser {
  readonly id: string;
}

/** Announced when a user exists. */
export const UserCreated = defineEvent('user.created', {
  schema: z.object({ ...createUser.shape, id: z.uuid() }),
});
