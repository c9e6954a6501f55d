import { isThenable } from '@rookery/common';

/**
 * What a function answered that should have said something else, for messages. It shows the kind of the answer only, since
 * that may hold what no log should. A promise is marked as handled: nobody waits for it, and it must not end the process.
 */
export function wrongAnswer(answer: unknown): string {
  if (answer === undefined || answer === null) return String(answer);
  if (isThenable(answer)) {
    answer.then(undefined, () => {});
    return 'a promise';
  }
  return typeof answer === 'object' ? 'an object' : `a ${typeof answer}`;
}
