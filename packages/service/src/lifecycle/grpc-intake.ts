import { type RpcServer } from '@rookery/common';
import { type Intake } from './intake.js';

/** What is used of `Server` of grpc-js, and of what it counts for its own diagnosis. */
interface GrpcServer {
  tryShutdown(callback: (error?: Error) => void): void;
  forceShutdown(): void;
  readonly callTracker?: {
    readonly callsStarted: number;
    readonly callsSucceeded: number;
    readonly callsFailed: number;
  };
}

/**
 * The calls of a gRPC server. Nest shuts it down by force unless it was given `gracefulShutdown: true` (nest #12005), and
 * then waits without end. Here its clients are told to go elsewhere (GOAWAY), and the calls it has may finish.
 */
export class GrpcIntake implements Intake {
  readonly what = 'gRPC calls';
  #drained = false;

  constructor(private readonly server: RpcServer) {}

  announceEnd(): void {
    // The word for it is GOAWAY, and after that the server takes no call.
  }

  async drain(): Promise<void> {
    const { below } = this;
    if (below) await new Promise<void>((resolve) => below.tryShutdown(() => resolve()));
    this.#drained = true;
  }

  cut(): number {
    const { below } = this;
    if (!below || this.#drained) return 0;
    const { callsStarted = 0, callsSucceeded = 0, callsFailed = 0 } = below.callTracker ?? {};
    below.forceShutdown();
    return callsStarted - callsSucceeded - callsFailed;
  }

  /** Nest makes it when it begins to listen. */
  private get below(): GrpcServer | undefined {
    return (this.server as { grpcClient?: GrpcServer }).grpcClient ?? undefined;
  }
}
