export { Announcer } from './announcer.js';
export { type Environment, readEnvironment } from './environment.js';
export {
  type Confirmation,
  confirmation,
  CONFIRMATIONS,
  type Order,
  OrderPlaced,
  placeOrder,
  type PlaceOrder,
} from './order.js';
export { type CheckOrder, type OrderCheck, STANDING_PACKAGE, STANDING_PROTO } from './standing.js';
export { createUser, type CreateUser, type User, UserCreated } from './user.js';
export { UserApi } from './user-api.js';
