import { type ArgumentsHost, Catch, HttpException } from '@nestjs/common';
import { BaseExceptionFilter, type HttpAdapterHost } from '@nestjs/core';
import { RookeryError } from '@rookery/common';
import { STATUS_CODES } from 'node:http';
import { type Observable, throwError } from 'rxjs';

/**
 * Answers requests that ended with one of Rookery's errors: an open circuit with 503 and `Retry-After`, a time-out with
 * 504. The body tells the client the status and the error's code, and nothing of the app's inside. Errors without a
 * status that fits are left to Nest. A filter of the app's own for the same errors comes first.
 */
@Catch(RookeryError)
export class ResilienceExceptionFilter extends BaseExceptionFilter<RookeryError> {
  constructor(protected override readonly httpAdapterHost: HttpAdapterHost) {
    super();
  }

  override catch(error: RookeryError, host: ArgumentsHost): void | Observable<never> {
    const transport = host.getType<string>();
    if (transport === 'rpc') return throwError(() => error);
    if (transport !== 'http') throw error;
    const { httpAdapter } = this.httpAdapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    const seconds = retryAfterSeconds(error);
    if (seconds !== undefined && !httpAdapter.isHeadersSent(response)) {
      httpAdapter.setHeader(response, 'Retry-After', String(seconds));
    }
    const answer: unknown = asHttpException(error);
    // oxlint-disable-next-line promise/no-promise-in-callback, promise/valid-params -- not a promise's catch
    super.catch(answer as RookeryError, host);
  }
}

/** Whole seconds, as the header wants them; never 0, which would invite the client back at once. */
function retryAfterSeconds(error: RookeryError): number | undefined {
  const ms = 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  return typeof ms === 'number' ? Math.max(1, Math.ceil(ms / 1_000)) : undefined;
}

function asHttpException(error: RookeryError): HttpException | RookeryError {
  const { responseStatus: statusCode, code } = error;
  if (statusCode === undefined) return error;
  return new HttpException({ statusCode, message: STATUS_CODES[statusCode] ?? 'Error', code }, statusCode, {
    cause: error,
  });
}
