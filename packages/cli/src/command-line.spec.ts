import { readCommandLine } from './command-line.js';

describe('the command line', () => {
  it('has defaults', () => {
    expect(readCommandLine(['instances'])).toEqual({
      command: 'instances',
      services: [],
      json: false,
      registry: undefined,
      directory: undefined,
      namespace: undefined,
      intervalMs: 1_000,
      count: undefined,
      instance: '',
      undo: false,
      timeoutMs: 10_000,
    });
  });

  it('takes options before and after the names of services', () => {
    const args = ['--json', 'top', 'users', '--interval', '2s', 'orders', '--count=3', '--namespace', 'n'];
    expect(readCommandLine(args)).toMatchObject({
      command: 'top',
      services: ['users', 'orders'],
      json: true,
      intervalMs: 2_000,
      count: 3,
      namespace: 'n',
    });
    expect(readCommandLine(['watch', '--registry', './r.mjs#r'])).toMatchObject({ registry: './r.mjs#r' });
  });

  it('takes the instance to drain, and how', () => {
    expect(readCommandLine(['drain', 'users-1'])).toMatchObject({
      command: 'drain',
      instance: 'users-1',
      services: [],
      undo: false,
    });
    const args = ['drain', '--undo', '--service', 'users', '--timeout=1m', '--', '-odd'];
    expect(readCommandLine(args)).toMatchObject({
      instance: '-odd',
      services: ['users'],
      undo: true,
      timeoutMs: 60_000,
    });
  });

  it('takes undrain for drain --undo', () => {
    expect(readCommandLine(['undrain', 'users-1'])).toEqual(readCommandLine(['drain', 'users-1', '--undo']));
  });

  it('tells its version', () => expect(readCommandLine(['--version']).command).toBe('version'));

  it.each([[], ['help'], ['--help'], ['-h'], ['watch', '--help']])('helps with %j', (...args) => {
    expect(readCommandLine(args.flat()).command).toBe('help');
  });

  it.each([
    [['ls'], 'There is no command "ls". Commands: instances, watch, top, drain.'],
    [['instances', 'users', 'a/b'], 'Invalid value "a/b". Use a name of up to 128 letters'],
    [['drain', 'users-1', '--service', '../a'], 'Invalid value "../a"'],
    [['undrain'], 'drain is about one instance'],
    [['drain'], 'drain is about one instance'],
    [['drain', ''], 'drain is about one instance'],
    [['drain', 'users-1', 'users-2'], 'drain is about one instance'],
    [['drain', 'users-1', '--timeout', '99ms'], '--timeout "99ms": Use a duration from 100 ms to 1h'],
    [['drain', 'users-1', '--timeout', '61m'], '--timeout "61m"'],
    [['drain', 'users-1', '--count', '1'], '--interval and --count are about top.'],
    [['top', '--undo'], '--undo, --service and --timeout are about drain.'],
    [['watch', '--timeout', '1s'], '--undo, --service and --timeout are about drain.'],
    [['instances', '--service', 'users'], '--undo, --service and --timeout are about drain.'],
    [['instances', '--jsno'], "Unknown option '--jsno'"],
    [['top', '--interval', '1ms'], '--interval "1ms": Use a duration of at least 100 ms'],
    [['top', '--interval', 'soon'], '--interval "soon"'],
    [['top', '--count', '0'], '--count "0": Use a whole number'],
    [['top', '--count', '1.5'], '--count "1.5"'],
    [['instances', '--count', '1'], '--interval and --count are about top.'],
    [['watch', '--interval', '1s'], '--interval and --count are about top.'],
    [['watch', '--registry', 'x', '--directory', 'y'], 'leave them out with --registry'],
    [['watch', '--registry', 'x', '--namespace', 'y'], 'leave them out with --registry'],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message);
    expect(() => readCommandLine(args)).toThrow('See rookery --help.');
  });
});
