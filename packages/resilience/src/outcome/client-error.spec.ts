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

  describe('of AWS', () => {
    const ofAws = (rest: object) => ({ $metadata: { httpStatusCode: 400 }, ...rest });

    it.each(['ValidationException', 'LimitExceededException', 'AccessDenied'])('is a %s', (name) => {
      expect(isClientError(ofAws({ name }))).toBe(true);
    });

    it.each([
      'BandwidthLimitExceeded',
      'EC2ThrottledException',
      'PriorRequestNotComplete',
      'ProvisionedThroughputExceededException',
      'RequestLimitExceeded',
      'RequestThrottled',
      'RequestThrottledException',
      'RequestTimeout',
      'RequestTimeoutException',
      'SlowDown',
      'ThrottledException',
      'Throttling',
      'ThrottlingException',
      'TooManyRequestsException',
      'TransactionInProgressException',
    ])('is no %s, which asks for another try', (name) => {
      expect(isClientError(ofAws({ name }))).toBe(false);
    });

    it('is none that the service declares a passing one', () => {
      expect(isClientError(ofAws({ name: 'Busy', $retryable: {} }))).toBe(false);
    });

    it('is not asked for in the errors of others', () => {
      expect(isClientError({ status: 400, name: 'SlowDown', $retryable: {} })).toBe(true);
    });
  });

  it.each([
    ['status', { status: 404 }],
    ['statusCode', { statusCode: 404 }],
    ['getStatus()', Object.assign(new Error('gone'), { getStatus: (): number => 404 })],
    ['getStatus() of an object that needs its this', new Answer()],
    ['a number beside a status that is none', { status: 'Not Found', statusCode: 404 }],
    ['response.status', Object.assign(new Error('axios, ky'), { response: { status: 404 } })],
    ['response.statusCode', Object.assign(new Error('got'), { response: { statusCode: 404 } })],
    ['$metadata.httpStatusCode', Object.assign(new Error('AWS'), { $metadata: { httpStatusCode: 404 } })],
  ])('tells its status as %s', (_how, error) => {
    expect(isClientError(error)).toBe(true);
  });

  it.each([
    [{ status: 500, statusCode: 404 }],
    [{ statusCode: 500, getStatus: (): number => 404 }],
    [{ getStatus: (): number => 500, response: { status: 404 } }],
    [{ response: { status: 500, statusCode: 404 } }],
    [{ response: { statusCode: 500 }, $metadata: { httpStatusCode: 404 } }],
  ])('is judged by what stands first: %p', (error) => {
    expect(isClientError(error)).toBe(false);
  });

  it.each([
    undefined,
    null,
    404,
    'status 404',
    {},
    { status: '404' },
    { getStatus: 404 },
    new Error('404'),
    { response: null, $metadata: null },
    { response: 'Not Found' },
    { response: undefined, $metadata: {} },
    { response: { status: '404', statusCode: '404' }, $metadata: { httpStatusCode: '404' } },
  ])('is nothing without a status: %p', (error) => {
    expect(isClientError(error)).toBe(false);
  });
});
