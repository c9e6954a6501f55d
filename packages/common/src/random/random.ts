/** A source of randomness: a number in [0, 1). Tests replace it with a seeded one. */
export type Random = () => number;

/** Node's own generator. Not for secrets. */
export const systemRandom: Random = Math.random;
