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

  it.each([[], ['help'], ['--help'], ['-h'], ['watch', '--help']])('helps with %j', (...args) => {
    expect(readCommandLine(args.flat()).command).toBe('help');
  });

  it.each([
    [['ls'], 'There is no command "ls". Commands: instances, watch, top.'],
    [['drain', 'users-1'], 'There is no command "drain".'],
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
