import { type AnswerPacket, type Deserializer } from '../wire/packet.js';
import { RemoteFailure, UnreadableAnswer } from '../wire/wire-failure.js';

/**
 * The deserializer with two differences: an error that was answered is marked as such, because Nest's clients tell their own
 * errors in the same way; and one that throws fails the call, where some of Nest's clients would end the process.
 */
export function markingAnswers<T extends Deserializer>(inner: T): T {
  const mark = (answer: AnswerPacket): AnswerPacket =>
    answer.err ? { ...answer, err: new RemoteFailure(answer.err) } : answer;
  const marking: Deserializer = {
    // Nest waits for it, whatever it returns.
    deserialize: async (received, options) => {
      try {
        return mark((await inner.deserialize(received, options)) as AnswerPacket);
      } catch (error) {
        return { ...idOf(received), err: new UnreadableAnswer(error), isDisposed: true };
      }
    },
  };
  return marking as T;
}

function idOf(received: unknown): { id?: string } {
  const { id } = Object(received) as AnswerPacket;
  return typeof id === 'string' ? { id } : {};
}
