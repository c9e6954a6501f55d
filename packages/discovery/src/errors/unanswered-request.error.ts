import { messageOf, RookeryError } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';

/** An instance was asked for something and has not answered. The request was taken back. */
export class UnansweredRequestError extends RookeryError {
  readonly code = 'UNANSWERED_REQUEST';
  readonly service: string;
  readonly instanceId: string;

  /**
   * @param timeoutMs How long it was waited for, in milliseconds.
   * @param options `cause`: why the registry did not take the request, when that is the reason.
   */
  constructor(
    { service, id }: ServiceInstance,
    readonly timeoutMs: number,
    options: ErrorOptions = {},
  ) {
    const { cause } = options;
    super(
      cause === undefined
        ? `${id} of ${service} has not answered within ${timeoutMs} ms, and the request was taken back. Its process ` +
            'may hang; it may not follow requests (advertise: { drainable: false }, or a Rookery that knows none); ' +
            'or it may be registered in another registry than this one.'
        : `${id} of ${service} could not be asked: the registry has not taken the request within ${timeoutMs} ms: ${messageOf(cause)}`,
      options,
    );
    this.service = service;
    this.instanceId = id;
  }
}
