import { type Clock } from '@rookery/common';
import { type QuantileDelaySettings } from './hedge-delay.options.js';
import { LatencyWindow } from './latency-window.js';

/** A delay that is a quantile of recent latencies. */
export class LearnedDelay {
  readonly #latencies: LatencyWindow;

  constructor(
    private settings: QuantileDelaySettings,
    clock: Clock,
  ) {
    this.#latencies = new LatencyWindow(settings.windowMs, clock);
  }

  /** In milliseconds; `undefined` while too little is known to hedge at all. */
  get ms(): number | undefined {
    const { minimumCalls, initialMs, quantile } = this.settings;
    return this.#latencies.count < minimumCalls ? initialMs : this.#latencies.quantile(quantile);
  }

  /**
   * Learns how long a first attempt took. One that another attempt beat counts as well, with the time that it had been
   * out for. To count only what answered would leave out just the slow ones: the quantile would shrink with every hedge,
   * and hedge more each time.
   */
  learn(ms: number): void {
    this.#latencies.record(ms);
  }

  /** Goes by other settings, with what it has learned. */
  reconfigure(settings: QuantileDelaySettings): void {
    this.settings = settings;
    this.#latencies.resize(settings.windowMs);
  }
}
