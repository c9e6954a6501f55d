import { type ArgumentsHost, Catch, Logger } from '@nestjs/common';
import { BaseExceptionFilter, type HttpAdapterHost } from '@nestjs/core';
import { PROBLEM_JSON, type RookeryError } from '@rookery/common';
import { type Observable, of, throwError } from 'rxjs';
import { withoutStack } from '../errors/without-stack.js';
import { AnyRookeryError } from './any-rookery-error.js';
import { answerTo } from './answer.js';
import { type GatewayExceptionFilter } from './gateway-exception.filter.js';
import { grpcStatus } from './grpc-answer.js';
import { grpcCallOf } from './grpc-call.js';
import { httpBody, retryAfterSeconds } from './http-answer.js';
import { errorMessage } from './message-answer.js';
import { PublicGraphqlError } from './public-graphql.error.js';

/**
 * Answers what ended with one of Rookery's errors, in the way of each transport: an open circuit is 503 with
 * `Retry-After` over HTTP, `UNAVAILABLE` over gRPC, `errors[].extensions` in GraphQL, and an error with the same code for
 * microservices and gateways. The peer learns the status and the code, and nothing of the app's inside. An error without
 * a status is unknown to it, and is logged here. A filter of the app's own for the same errors comes first.
 */
@Catch(AnyRookeryError)
export class ResilienceExceptionFilter extends BaseExceptionFilter<RookeryError> {
  readonly #logger = new Logger('ExceptionsHandler');

  constructor(
    protected override readonly httpAdapterHost: HttpAdapterHost,
    private readonly gateways: GatewayExceptionFilter,
  ) {
    super();
  }

  override catch(error: RookeryError, host: ArgumentsHost): void | Observable<undefined> {
    switch (host.getType<string>()) {
      case 'http':
        return this.#answerHttp(error, host);
      case 'rpc':
        return this.#answerRpc(error, host);
      case 'graphql':
        return this.#answerGraphql(error);
      case 'ws':
        // oxlint-disable-next-line promise/valid-params -- not a promise's catch
        return this.gateways.catch(error, host);
      default:
        throw error;
    }
  }

  #answerHttp(error: RookeryError, host: ArgumentsHost): void {
    const answer = answerTo(error);
    // oxlint-disable-next-line promise/no-promise-in-callback, promise/valid-params -- not a promise's catch
    if (!answer) return super.catch(error, host);
    const { httpAdapter } = this.httpAdapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    if (httpAdapter.isHeadersSent(response)) return void httpAdapter.end(response);
    const seconds = retryAfterSeconds(answer);
    if (seconds !== undefined) httpAdapter.setHeader(response, 'Retry-After', String(seconds));
    if (answer.problem) httpAdapter.setHeader(response, 'Content-Type', PROBLEM_JSON);
    httpAdapter.reply(response, httpBody(answer), answer.statusCode);
  }

  #answerRpc(error: RookeryError, host: ArgumentsHost): Observable<undefined> {
    const answer = answerTo(error);
    const call = grpcCallOf(host.getArgs());
    if (!answer) this.#logger.error(error);
    // An event looks the same as a message here, and nobody hears its answer: without this line its error is gone.
    else if (!call) this.#logger.debug(error.message);
    if (!call) return throwError(() => errorMessage(answer));
    const status = grpcStatus(answer, call.trailers);
    if (!call.end) return throwError(() => status);
    call.end(status);
    return of(undefined);
  }

  #answerGraphql(error: RookeryError): never {
    const answer = answerTo(error);
    if (!answer) this.#logger.error(error);
    throw withoutStack(() => new PublicGraphqlError(answer, error));
  }
}
