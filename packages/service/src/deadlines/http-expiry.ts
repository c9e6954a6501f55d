import { type ServerResponse } from 'node:http';
import { HTTP_ANSWERS } from './over-answers.js';

/** Answers a request whose time is up, where nobody else has begun to. */
export function answerExpired(response: ServerResponse): void {
  if (response.headersSent || response.writableEnded || response.destroyed) return;
  const { statusCode } = HTTP_ANSWERS.DEADLINE_EXCEEDED;
  const body = JSON.stringify(HTTP_ANSWERS.DEADLINE_EXCEEDED);
  response.statusCode = statusCode;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}
