import { type Check, is, listOf, shape } from '@rookery/common';

/** Options of `ResilienceHealthIndicator.check`. */
export interface CircuitHealthOptions {
  /**
   * The circuits without which this app is of no use: it is down while one of them is open, by itself or by hand. Every
   * instance of the app opens its circuits at about the same time, so all of them leave the balancer together. Default:
   * none, so that open circuits are shown and change nothing.
   */
  downWhenOpen?: readonly string[];
}

export const circuitHealthCheck: Check = shape<CircuitHealthOptions>({ downWhenOpen: listOf(is.text) });
