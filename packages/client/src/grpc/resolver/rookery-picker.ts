import { experimental, Metadata, status } from '@grpc/grpc-js';
import { isRookeryError, messageOf } from '@rookery/common';
import {
  type LoadBalancer,
  LOAD_HEADER,
  parseLoad,
  type Picked,
  type PickOptions,
  type ServiceInstance,
} from '@rookery/discovery';
import { outcomeOf, type TryEnd } from './call-outcome.js';
import { type StartedCalls } from './started-calls.js';
import { TriedCall } from './tried-call.js';

/** Where the calls of a picker go. */
export interface PickerParts {
  readonly service: string;
  readonly balancer: LoadBalancer;
  readonly started: StartedCalls;
  /** The pickers of the instances that are connected, by id. */
  readonly ready: ReadonlyMap<string, experimental.Picker>;
  /** Whether others may be connected in a moment. */
  readonly connecting: boolean;
}

/**
 * Chooses the instance of each try with the app's `LoadBalancer`, so that gRPC, HTTP and all channels of the app share what
 * was learnt: latencies, running calls, ejections, zones. As grpc-js wants it, a picker is the state of one moment.
 */
export class RookeryPicker implements experimental.Picker {
  readonly #accept = ({ id }: ServiceInstance) => this.parts.ready.has(id);

  constructor(private readonly parts: PickerParts) {}

  pick(args: experimental.PickArgs): experimental.PickResult {
    const call = callOf(args);
    let picked: Picked;
    try {
      picked = this.#pick({ accept: this.#accept, exclude: call.tried });
    } catch (error) {
      return this.#nobody(error);
    }
    const { instance, done } = picked;
    const result = this.parts.ready.get(instance.id)?.pick(args);
    if (result?.pickResultType !== experimental.PickResultType.COMPLETE) {
      done('ignored');
      return result ?? QUEUE;
    }
    call.tried.add(instance.id);
    args.metadata.set(LOAD_HEADER, 'ask');
    return this.#counted(result, picked, call);
  }

  /** The pick with what grpc-js is to call when the call starts and ends. */
  #counted(result: experimental.PickResult, picked: Picked, call: TriedCall): experimental.PickResult {
    const { id } = picked.instance;
    const start = this.parts.started.count(picked, () => this.#again(id));
    let running: Picked | undefined;
    let answered = false;
    return {
      ...result,
      onCallStarted: () => {
        running = start();
        call.answered = () => {
          answered = true;
          running?.answered();
        };
        result.onCallStarted?.();
      },
      onCallEnded: (code, details, trailers) => {
        if (running) tell(running, outcomeOf(code, trailers, answered), trailers);
        result.onCallEnded?.(code, details, trailers);
      },
    };
  }

  #pick(options: PickOptions): Picked {
    return this.parts.balancer.pickKnown(this.parts.service, options);
  }

  /** Rare, so that it may look at all instances. It has left when it is not found. */
  #again(id: string): Picked | undefined {
    try {
      return this.#pick({ accept: (instance) => instance.id === id });
    } catch {
      return undefined;
    }
  }

  /** Of those that are connected, nobody can get this call. */
  #nobody(error: unknown): experimental.PickResult {
    if (!isRookeryError(error, 'NO_INSTANCES')) throw error;
    return this.parts.connecting ? QUEUE : failed(`${this.parts.service}: ${messageOf(error)}`);
  }
}

const QUEUE: experimental.PickResult = {
  pickResultType: experimental.PickResultType.QUEUE,
  subchannel: null,
  status: null,
  onCallStarted: null,
  onCallEnded: null,
};

/** What fails a call at once, unless it waits for somebody to be ready. */
function failed(details: string): experimental.PickResult {
  return {
    ...QUEUE,
    pickResultType: experimental.PickResultType.TRANSIENT_FAILURE,
    status: { code: status.UNAVAILABLE, details, metadata: new Metadata() },
  };
}

function callOf({ extraPickInfo }: experimental.PickArgs): TriedCall {
  const info: unknown = extraPickInfo;
  return info instanceof TriedCall ? info : new TriedCall();
}

function tell({ done }: Picked, { outcome, retryAfterMs }: TryEnd, trailers: Metadata): void {
  const [load] = trailers.get(LOAD_HEADER);
  done(outcome, retryAfterMs, { utilization: parseLoad(load?.toString()) });
}
