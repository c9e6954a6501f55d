/**
 * Why a call was not let in: the line was full, its turn did not come in time, or a call of a higher priority took its
 * place in the line.
 */
export type Refusal = 'full' | 'queue-timeout' | 'displaced';
