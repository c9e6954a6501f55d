import { HttpStatusError } from './http-status.error.js';
import { RequestFailedError } from './request-failed.error.js';

describe('a request that failed for good', () => {
  it("says how often it was tried, and has its last error's status and wish", () => {
    const busy = new HttpStatusError('GET x/', 503, undefined, 7_000);
    expect(new RequestFailedError('GET x/', 2, busy)).toMatchObject({
      message: 'GET x/: request failed after 2 retries: GET x/: answered 503',
      status: 503,
      responseStatus: 502,
      retryAfterMs: 7_000,
      cause: busy,
    });
  });

  it('has none of them after an error that says nothing', () => {
    expect(new RequestFailedError('GET x/', 1, new Error('broken'))).toMatchObject({
      message: 'GET x/: request failed after 1 retry: broken',
      status: undefined,
      responseStatus: undefined,
      retryAfterMs: undefined,
    });
  });
});
