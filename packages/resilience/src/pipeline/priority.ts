import '@rookery/common';

/**
 * How much a call matters when not all can be served; the lowest goes first. Default `'normal'`.
 */
export const PRIORITIES = ['low', 'normal', 'high', 'critical'] as const;

export type Priority = (typeof PRIORITIES)[number];

declare module '@rookery/common' {
  interface CallContext {
    /** How much the running call matters. The calls that it makes inherit it. Default `'normal'`. */
    readonly priority?: Priority;
  }
}
