import { jest } from '@jest/globals';
import { IgnoredEntries } from './ignored-entries.js';

describe('entries that are ignored', () => {
  afterEach(() => jest.restoreAllMocks());

  it('are counted, and the first is told without its control characters', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const ignored = new IgnoredEntries('redis at 127.0.0.1:6379');
    expect(ignored.count).toBe(0);
    ignored.add(`users/\u001b[2J${'x'.repeat(1_000)}`);
    ignored.add('users/b');
    expect(ignored.count).toBe(2);
    expect(warn).toHaveBeenCalledTimes(1);
    const [message, options] = warn.mock.calls[0] ?? [];
    expect(options).toEqual({ type: 'RegistryWarning', code: 'ENTRY_IGNORED' });
    expect(message).toMatch(
      /^The entry "users\/\\u001b\[2Jx{190}" in the registry \(redis at 127\.0\.0\.1:6379\) is no/,
    );
  });
});
