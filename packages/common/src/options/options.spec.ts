import { type Duration } from '../duration/duration.js';
import { type Check, required } from './check.js';
import { checkOptions } from './check-options.js';
import * as is from './checks.js';
import { listOf, mapOf, shape } from './shape.js';

interface Sample {
  name: string;
  ttl?: Duration;
  attempts?: number;
  ratio?: number;
  mode?: 'a' | 'b';
  retry?: false | { delay?: Duration };
  peers?: { url: string }[];
  policies?: Record<string, { timeout?: Duration }>;
}

const sample = shape<Sample>({
  name: required(is.serviceName),
  ttl: is.duration({ min: 100, max: 60_000 }),
  attempts: is.wholeNumber({ min: 1 }),
  ratio: is.numberBetween(0, 1),
  mode: is.oneOf('a', 'b'),
  retry: is.orFalse(shape({ delay: is.duration() })),
  peers: listOf(shape({ url: required(is.text) })),
  policies: mapOf(shape({ timeout: is.duration() })),
});

function problemsOf(check: Check, value: unknown): string[] {
  const problems: string[] = [];
  check(value, '', problems);
  return problems;
}

describe('option checks', () => {
  it('accept good options and what is left out', () => {
    expect(problemsOf(sample, { name: 'user-service' })).toEqual([]);
    expect(
      problemsOf(sample, {
        name: 'a.b_c-1',
        ttl: '30s',
        attempts: 3,
        ratio: 0.5,
        mode: 'b',
        retry: false,
        peers: [{ url: 'http://x' }],
        policies: { users: { timeout: 5 } },
      }),
    ).toEqual([]);
  });

  it.each<[object, string]>([
    [{}, 'name: Missing.'],
    [{ name: 'a/b' }, 'name: Invalid value "a/b". Use a name of up to 128 letters'],
    [
      { name: 'x', ttl: '99ms' },
      'ttl: Invalid value "99ms". Use milliseconds or a duration such as "1.5s", at least 100 ms, at most 60000 ms.',
    ],
    [{ name: 'x', attempts: 0 }, 'attempts: Invalid value 0. Use a whole number of at least 1.'],
    [{ name: 'x', ratio: Number.NaN }, 'ratio: Invalid value NaN. Use a number from 0 to 1.'],
    [{ name: 'x', mode: 'c' }, `mode: Invalid value "c". Use 'a' or 'b'.`],
    [{ name: 'x', retry: true }, 'retry: Invalid value true. Use an object, or false.'],
    [{ name: 'x', retry: { dealy: 1 } }, 'retry.dealy: Unknown option. Known options: delay.'],
    [{ name: 'x', peers: [{ url: 'u' }, {}] }, 'peers[1].url: Missing.'],
    [{ name: 'x', peers: {} }, 'peers: Invalid value an object. Use a list.'],
    [{ name: 'x', policies: { users: { timeout: -1 } } }, 'policies.users.timeout: Invalid value -1.'],
  ])('refuse %p by path', (value, message) => {
    expect(problemsOf(sample, value)).toEqual([expect.stringContaining(message)]);
  });

  it('list every problem in one error', () => {
    const bad = { name: '', ttl: 'soon' };
    expect(() => checkOptions('X.forRoot', sample, bad)).toThrow(/^X\.forRoot: name: .* ttl: /);
    const good = { name: 'x' };
    expect(checkOptions('X.forRoot', sample, good)).toBe(good);
  });

  it('show long text shortened and never the content of an object', () => {
    expect(problemsOf(is.flag, 'p'.repeat(500))[0]?.length).toBeLessThan(120);
    expect(problemsOf(is.text, { password: 'secret' })[0]).not.toContain('secret');
  });

  it('show a URL without its credentials and its query', () => {
    const problem = problemsOf(is.flag, 'http://user:hunter2@host/path?token=abc')[0];
    expect(problem).toContain('http://…@host/path?…');
  });

  it('ask for options that are not there at all', () => {
    const where = () => checkOptions('X.forRoot', sample, undefined as never);
    expect(where).toThrow('X.forRoot: Missing. Give it its options.');
  });

  it('ask a plug-in for its methods', () => {
    const backend = is.implementing('RegistryBackend', 'list', 'watch');
    expect(problemsOf(backend, { list() {}, watch() {} })).toEqual([]);
    expect(problemsOf(backend, { list() {} })[0]).toContain('the methods of RegistryBackend: list, watch');
  });
});
