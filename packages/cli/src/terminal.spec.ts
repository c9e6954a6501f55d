import { printable, printableJson, withoutCredentials } from './terminal.js';

describe('what is shown in a terminal', () => {
  const nasty = { id: 'a\u001b[31mb\u009b\u202e\u2028\u{e0001}é' };

  it('moves no cursor', () => expect(printable(nasty.id)).toBe('a?[31mb????é'));

  it('is the same value as JSON, with escapes', () => {
    const json = printableJson(nasty, 2);
    expect(json).toBe('{\n  "id": "a\\u001b[31mb\\u009b\\u202e\\u2028\\udb40\\udc01é"\n}');
    expect(JSON.parse(json)).toEqual(nasty);
  });

  it.each([
    ['cannot reach redis://:s3cret@host:6379/0', 'cannot reach redis://…@host:6379/0'],
    ['nats://jo:p@ss@a, nats://b', 'nats://…@a, nats://b'],
    ['by jo@desk', 'by jo@desk'],
  ])('holds no password: %s', (text, shown) => expect(withoutCredentials(text)).toBe(shown));
});
