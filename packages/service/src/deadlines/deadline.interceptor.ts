import { type CallHandler, type ExecutionContext, HttpException, type NestInterceptor } from '@nestjs/common';
import { currentContext } from '@rookery/common';
import { Observable } from 'rxjs';
import { httpAnswer } from './over-answers.js';
import { untilOver } from './until-over.js';

/** Where `@Sse()` leaves its mark. */
const SSE = '__sse__';

/**
 * Ends the handler of a request with the request: the filters of the app answer then, and what the handler still does goes
 * nowhere. A handler whose call is over before its turn is not begun.
 */
export class DeadlineInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { inbound } = currentContext();
    // Messages are limited where they come in, and a field of GraphQL does not answer its request.
    if (!inbound || context.getType() !== 'http') return next.handle();
    if (Reflect.getMetadata(SSE, context.getHandler()) === true) {
      // The handler runs when somebody listens.
      return new Observable((listener) => inbound.runEndless(() => next.handle().subscribe(listener)));
    }
    const overErrorOf = (reason: unknown) => {
      const answer = httpAnswer(reason);
      return new HttpException(answer, answer.statusCode, { cause: reason });
    };
    return untilOver(next.handle(), inbound.signal, overErrorOf, () => inbound.expireIfDue());
  }
}
