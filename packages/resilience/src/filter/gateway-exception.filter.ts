import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type RookeryError } from '@rookery/common';
import { AnyRookeryError } from './any-rookery-error.js';
import { answerTo } from './answer.js';
import { errorMessage } from './message-answer.js';
import { sendWsError } from './send-ws-error.js';

const logger = new Logger('WsExceptionsHandler');

/** Answers a gateway's message that ended with one of Rookery's errors. It holds nothing of any app. */
@Catch(AnyRookeryError)
export class GatewayExceptionFilter implements ExceptionFilter<RookeryError> {
  catch(error: RookeryError, host: ArgumentsHost): void {
    const ws = host.switchToWs();
    const answer = answerTo(error);
    if (!answer) logger.error(error);
    sendWsError(ws.getClient(), errorMessage(answer), { pattern: ws.getPattern(), data: ws.getData() });
  }
}
