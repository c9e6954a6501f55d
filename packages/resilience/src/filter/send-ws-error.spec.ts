import { sendWsError } from './send-ws-error.js';

const error = { status: 'error', message: 'Gone' } as const;
const cause = { pattern: 'find', data: { id: '7' } };

/** A socket of the `ws` package in a state, or one of Socket.IO, and what was done to it. */
function socketOf(readyState?: number) {
  const done: unknown[] = [];
  const send = (text: string) => void done.push(JSON.parse(text));
  const emit = (event: string, data: unknown) => void done.push({ emitted: event, data });
  return { done, socket: readyState === undefined ? { send, emit } : { readyState, send, emit } };
}

describe('an error for a socket', () => {
  it.each([0, 1])('of the ws package in state %i is sent', (readyState) => {
    const { done, socket } = socketOf(readyState);
    sendWsError(socket, error, cause);
    expect(done).toEqual([{ event: 'exception', data: { ...error, cause } }]);
  });

  it('of Socket.IO is emitted', () => {
    const { done, socket } = socketOf();
    sendWsError(socket, error, cause);
    expect(done).toEqual([{ emitted: 'exception', data: { ...error, cause } }]);
  });

  it.each([[undefined], [{}], [{ readyState: 1 }]])('%j goes nowhere', (socket) => {
    expect(() => sendWsError(socket, error, cause)).not.toThrow();
  });
});
