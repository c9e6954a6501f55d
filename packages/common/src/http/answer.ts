import { parseForeignJson } from './foreign-json.js';

/** No answer larger than this is read, in bytes. */
export const LARGEST_ANSWER = 10 * 1024 * 1024;

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;

/** The body of an answer, as it came. */
export interface AnswerBody {
  readonly contentType: string;
  readonly body: string;
}

/**
 * The body as a value: decoded when it is JSON, text otherwise, `undefined` when there is none. Throws on JSON that is
 * broken or would do harm.
 */
export function decodeBody({ contentType, body }: AnswerBody): unknown {
  if (body === '') return undefined;
  return JSON_TYPE.test(contentType) ? parseForeignJson(body) : body;
}

/** The same for the body of an error, which must not hide the error itself when it is broken. */
export function decodeErrorBody(answer: AnswerBody): unknown {
  try {
    return decodeBody(answer);
  } catch {
    return answer.body;
  }
}
