import { type Metadata } from '@grpc/grpc-js';
import { type PreparedMethod } from './contract/prepared-method.js';

/** A call that is ready to be sent, once or several times. */
export interface GrpcTry {
  readonly method: PreparedMethod;
  /** What the caller sends along. Never changed. */
  readonly metadata: Metadata;
  readonly onHeader?: ((metadata: Metadata) => void) | undefined;
  readonly onTrailer?: ((metadata: Metadata) => void) | undefined;
}
