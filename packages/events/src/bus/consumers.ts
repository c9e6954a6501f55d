import { within } from '@rookery/common';
import { type Broker, type Consumption } from '../broker/broker.js';
import { consumerName } from '../broker/consumer-spec.js';
import { DrainTimeoutError } from '../broker/drain-timeout.error.js';
import { requireFeatures } from '../broker/features.js';
import { type HandlerSpec } from '../pipeline/handler-spec.js';
import { createReceive, type PipelineTools } from '../pipeline/pipeline.js';

/** The handlers at work in this process. */
export class Consumers {
  readonly #running = new Set<Consumption>();

  constructor(
    private readonly broker: Broker,
    private readonly tools: PipelineTools,
  ) {}

  /** Has events kept for the handler from now on, and refuses what the broker cannot do. */
  async declare(spec: HandlerSpec): Promise<void> {
    if (spec.retries > 0)
      requireFeatures(
        this.broker.features,
        ['delay'],
        `${consumerName(spec.consumer)} with retries: ${spec.retries}`,
      );
    await this.broker.declare(spec.consumer);
  }

  /** Begins to handle events; ends with the returned function, after what is in flight. */
  async start(spec: HandlerSpec): Promise<() => Promise<void>> {
    const consumption = await this.broker.consume(spec.consumer, spec, createReceive(spec, this.tools));
    this.#running.add(consumption);
    return async () => {
      await consumption.stop();
      this.#running.delete(consumption);
    };
  }

  /**
   * Stops fetching and waits for what is in flight, at most `timeoutMs`. What is not finished by then has its signal
   * aborted and is delivered again, here after its lease or elsewhere when this process has ended.
   */
  async drain(timeoutMs: number): Promise<void> {
    const running = [...this.#running];
    const finished = Promise.all(running.map((consumption) => consumption.stop()));
    const late = new DrainTimeoutError(timeoutMs);
    try {
      await within(this.tools.clock, timeoutMs, () => finished, { late: () => late });
    } catch (error) {
      if (error !== late) throw error;
      this.tools.log.warn(`Some event handlers did not finish within the drain timeout of ${timeoutMs} ms.`);
      for (const consumption of running) consumption.abort(late);
    }
  }
}
