import { ByMethod } from './by-method.js';
import { cutTimeouts } from './cut-timeouts.js';
import { serviceConfigForGrpcJs } from './for-grpc-js.js';
import { millisecondsOf } from './proto-duration.js';
import { serviceConfigCheck } from './service-config-check.js';
import { type GrpcServiceConfig, type ServiceConfigRetryPolicy } from './service-config.js';
import { statusNames } from './status-codes.js';
import { unknownNames } from './unknown-names.js';

const RETRY: ServiceConfigRetryPolicy = {
  maxAttempts: 3,
  initialBackoff: '0.1s',
  maxBackoff: '1s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE', 10],
};

const EVERY = [{}];

function problemsOf(config: unknown): string[] {
  const problems: string[] = [];
  serviceConfigCheck(config, 'x', problems);
  return problems;
}

const withRetry = (changes: object) => ({
  methodConfig: [{ name: EVERY, retryPolicy: { ...RETRY, ...changes } }],
});

describe('a service config', () => {
  it.each<[string, GrpcServiceConfig]>([
    ['nothing', {}],
    ['retries and a timeout', { methodConfig: [{ name: EVERY, timeout: '1.5s', retryPolicy: RETRY }] }],
    [
      'methods, a service and the rest apart',
      {
        methodConfig: [
          { name: [{ service: 'a.B', method: 'C' }, { service: 'a.B' }], waitForReady: false },
          { name: [{ service: '', method: '' }] },
        ],
      },
    ],
    ['seconds and nanos apart', { methodConfig: [{ name: EVERY, timeout: { seconds: 1, nanos: 0 } }] }],
    ['hedging', { methodConfig: [{ name: EVERY, hedgingPolicy: { maxAttempts: 2, hedgingDelay: '0s' } }] }],
    [
      'throttling',
      { ...withRetry({}), retryThrottling: { maxTokens: 1_000, tokenRatio: 0.001 } } as GrpcServiceConfig,
    ],
    ['names in small letters', withRetry({ retryableStatusCodes: ['unavailable'] })],
  ])('may have %s', (_what, config) => {
    expect(problemsOf(config)).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    [
      'one attempt',
      withRetry({ maxAttempts: 1 }),
      'maxAttempts: Invalid value 1. Use a whole number from 2 to 5.',
    ],
    [
      'six attempts',
      withRetry({ maxAttempts: 6 }),
      'maxAttempts: Invalid value 6. Use a whole number from 2 to 5.',
    ],
    ['half an attempt', withRetry({ maxAttempts: 2.5 }), 'maxAttempts: Invalid value 2.5.'],
    ['no backoff', withRetry({ initialBackoff: undefined }), 'initialBackoff: Missing.'],
    ['a backoff of nothing', withRetry({ initialBackoff: '0s' }), 'initialBackoff: Invalid value "0s".'],
    ['milliseconds', withRetry({ maxBackoff: '100ms' }), 'maxBackoff: Invalid value "100ms". Use seconds'],
    ['ten digits', withRetry({ maxBackoff: '1.0123456789s' }), 'maxBackoff: Invalid value "1.0123456789s".'],
    [
      'a pause that shrinks below the first',
      withRetry({ maxBackoff: '0.01s' }),
      'maxBackoff: 0.01s is shorter than',
    ],
    [
      'no growth',
      withRetry({ backoffMultiplier: 0 }),
      'backoffMultiplier: Invalid value 0. Use a number above 0.',
    ],
    ['no codes', withRetry({ retryableStatusCodes: [] }), 'retryableStatusCodes: Empty. Name at least one'],
    [
      'a success',
      withRetry({ retryableStatusCodes: ['OK'] }),
      'retryableStatusCodes[0]: Invalid value "OK".',
    ],
    [
      'an unknown code',
      withRetry({ retryableStatusCodes: [17] }),
      'retryableStatusCodes[0]: Invalid value 17.',
    ],
    ['an option that is none', withRetry({ attempts: 2 }), 'attempts: Unknown option.'],
  ])('may not retry with %s', (_what, config, problem) => {
    expect(problemsOf(config)).toEqual([expect.stringContaining(`x.methodConfig[0].retryPolicy.${problem}`)]);
  });

  it.each<[unknown, string]>([
    [{ methodConfig: [{}] }, 'x.methodConfig[0].name: Missing.'],
    [{ methodConfig: [{ name: [] }] }, 'x.methodConfig[0].name: Empty, so it holds for no method.'],
    [{ methodConfig: [{ name: [{ method: 'Find' }] }] }, 'x.methodConfig[0].name[0].service: Missing.'],
    ...[{ seconds: 0, nanos: 0 }, { seconds: 1 }, { seconds: 0.5, nanos: 0 }, { seconds: 1, nanos: 1e9 }].map(
      (timeout): [unknown, string] => [
        { methodConfig: [{ name: EVERY, timeout }] },
        'x.methodConfig[0].timeout: Invalid value an object. Use seconds',
      ],
    ),
    [{ methodConfig: [{ name: EVERY, timeout: 5 }] }, 'x.methodConfig[0].timeout: Invalid value 5.'],
    [
      { methodConfig: [{ name: EVERY }, { name: [{ service: '' }] }] },
      'x.methodConfig[1].name[0]: every method is named already. Name it once.',
    ],
    [
      {
        methodConfig: [
          {
            name: [
              { service: 'a.B', method: 'C' },
              { service: 'a.B', method: 'C' },
            ],
          },
        ],
      },
      'x.methodConfig[0].name[1]: a.B/C is named already.',
    ],
    [
      { methodConfig: [{ name: EVERY, retryPolicy: RETRY, hedgingPolicy: { maxAttempts: 2 } }] },
      'x.methodConfig[0]: retryPolicy and hedgingPolicy exclude each other.',
    ],
    [
      { methodConfig: [{ name: EVERY, hedgingPolicy: { maxAttempts: 6 } }] },
      'x.methodConfig[0].hedgingPolicy.maxAttempts: Invalid value 6.',
    ],
    [
      { methodConfig: [{ name: EVERY }], retryThrottling: { maxTokens: 10, tokenRatio: 1 } },
      'x.retryThrottling: No entry of methodConfig has a retryPolicy, so that there is nothing to throttle.',
    ],
    [{ retryThrottling: { maxTokens: 0, tokenRatio: 1 } }, 'x.retryThrottling.maxTokens: Invalid value 0.'],
    [{ retryThrottling: { maxTokens: 10, tokenRatio: 0 } }, 'x.retryThrottling.tokenRatio: Invalid value 0.'],
    [{ loadBalancingConfig: [{ round_robin: {} }] }, 'x.loadBalancingConfig: Unknown option.'],
    ['{}', 'x: Invalid value "{}". Use an object.'],
  ])('is refused: %j', (config, problem) => {
    expect(problemsOf(config)).toEqual([expect.stringContaining(problem)]);
  });

  it('may not have a timeout that the client would cut, but for streams', () => {
    const config: GrpcServiceConfig = {
      methodConfig: [
        { name: [{ service: 'a.B' }], timeout: '60s' },
        { name: [{ service: 'a.B', method: 'Watch' }], timeout: '3600s' },
        { name: [{ service: 'a.B', method: 'Quick' }], timeout: '30s' },
      ],
    };
    const unary = [
      ['a.B', 'Find'],
      ['a.B', 'Make'],
      ['a.B', 'Quick'],
    ] as const;
    expect(cutTimeouts(config, unary, 30_000)).toEqual([
      expect.stringContaining("methodConfig[0].timeout: Longer than the client's own timeout, 30000 ms"),
    ]);
    expect(cutTimeouts(config, unary, 60_000)).toEqual([]);
  });

  it('names what the contract has', () => {
    const known = new Map([['users.UserService', ['FindUser', 'CreateUser']]]);
    const named = (service: string, method?: string) => ({
      methodConfig: [{ name: [{ service, ...(method && { method }) }] }],
    });
    expect(unknownNames(named('users.UserService', 'FindUser'), known)).toEqual([]);
    expect(unknownNames(named('users.UserService'), known)).toEqual([]);
    expect(unknownNames({ methodConfig: [{ name: EVERY }] }, known)).toEqual([]);
    expect(unknownNames(named('UserService'), known)).toEqual([
      'methodConfig[0].name[0].service: There is no "UserService". Use users.UserService, with the package.',
    ]);
    expect(unknownNames(named('users.UserService', 'Find'), known)).toEqual([
      'methodConfig[0].name[0].method: users.UserService has no "Find". It has FindUser, CreateUser.',
    ]);
  });
});

describe('what a service config says', () => {
  it.each([
    ['1s', 1_000],
    ['0.25s', 250],
    ['1.000000001s', 1_000.000001],
  ] as const)('%s is %p ms', (duration, milliseconds) => {
    expect(millisecondsOf(duration)).toBeCloseTo(milliseconds, 6);
  });

  it('is told of one method before its service, and of that before all', () => {
    const said = new ByMethod([
      [[{}], 'all'],
      [[{ service: 'a.B' }, { service: 'a.C', method: 'D' }], 'some'],
      [[{ service: 'a.B', method: 'D' }], 'one'],
    ]);
    expect([said.of('a.B', 'D'), said.of('a.B', 'E'), said.of('a.C', 'D'), said.of('a.C', 'E')]).toEqual([
      'one',
      'some',
      'some',
      'all',
    ]);
    expect(new ByMethod([]).of('a.B', 'D')).toBeUndefined();
  });

  it('is a status by name or by number', () => {
    expect([...statusNames(['unavailable' as 'UNAVAILABLE', 10, 'ABORTED'])]).toEqual([
      'UNAVAILABLE',
      'ABORTED',
    ]);
  });

  it('reaches grpc-js as often as it is passed on', () => {
    const config: GrpcServiceConfig = { methodConfig: [{ name: EVERY, timeout: '1.5s' }] };
    const given = serviceConfigForGrpcJs(config);
    const again = JSON.parse(given) as GrpcServiceConfig;
    expect(problemsOf(again)).toEqual([]);
    expect(serviceConfigForGrpcJs(again)).toBe(given);
  });

  it('reaches grpc-js with its fractions of a second', () => {
    const given = serviceConfigForGrpcJs(
      { methodConfig: [{ name: EVERY, timeout: '1.5s', retryPolicy: RETRY }] },
      [{ rookery: {} }],
    );
    expect(JSON.parse(given)).toEqual({
      loadBalancingConfig: [{ rookery: {} }],
      methodConfig: [{ name: EVERY, timeout: { seconds: 1, nanos: 500_000_000 }, retryPolicy: RETRY }],
    });
  });
});
