import { isClientError } from './client-error.js';

class Answer {
  readonly code = 404;
  getStatus(): number {
    return this.code;
  }
}

describe('a client error', () => {
  it.each([400, 401, 404, 409, 422, 499])('has the status %i', (status) => {
    expect(isClientError({ status })).toBe(true);
  });

  it.each([0, 200, 399, 500, 503])('has not the status %i', (status) => {
    expect(isClientError({ status })).toBe(false);
  });

  it.each([408, 429])('has not the status %i, which asks for another try', (status) => {
    expect(isClientError({ status })).toBe(false);
  });

  it.each([
    ['status', { status: 404 }],
    ['statusCode', { statusCode: 404 }],
    ['getStatus()', Object.assign(new Error('gone'), { getStatus: (): number => 404 })],
    ['getStatus() of an object that needs its this', new Answer()],
    ['a number beside a status that is none', { status: 'Not Found', statusCode: 404 }],
  ])('tells its status as %s', (_how, error) => {
    expect(isClientError(error)).toBe(true);
  });

  it('is judged by its status first', () => {
    expect(isClientError({ status: 500, statusCode: 404 })).toBe(false);
  });

  it.each([undefined, null, 404, 'status 404', {}, { status: '404' }, { getStatus: 404 }, new Error('404')])(
    'is nothing without a status: %p',
    (error) => {
      expect(isClientError(error)).toBe(false);
    },
  );
});
