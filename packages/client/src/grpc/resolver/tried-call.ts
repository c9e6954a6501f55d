import { experimental, type Metadata } from '@grpc/grpc-js';

/**
 * One call of a channel, over all its tries. grpc-js hands the object that the config selector made to every pick for the
 * call, which is how a retry knows where the tries before it went.
 */
export class TriedCall {
  readonly tried = new Set<string>();
  /** Told when the try that is under way is answered although it goes on. */
  answered: () => void = () => {};
}

/** Notices the first sign of an answer: the end of a stream may be hours away. */
export class AnswerFilter extends experimental.BaseFilter implements experimental.Filter {
  constructor(private readonly call: TriedCall) {
    super();
  }

  override receiveMetadata(metadata: Metadata): Metadata {
    this.call.answered();
    return metadata;
  }
}
