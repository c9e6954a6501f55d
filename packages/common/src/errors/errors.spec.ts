import { asSentence } from './as-sentence.js';
import { messageOf } from './message-of.js';
import { OptionsError } from './options.error.js';
import { isRookeryError } from './rookery.error.js';

describe('errors', () => {
  it('carry their name, code and facts', () => {
    const error = new OptionsError('X.forRoot', ['a: Invalid value 1.', 'b: Unknown option.']);
    expect(error).toMatchObject({ name: 'OptionsError', code: 'INVALID_OPTIONS', where: 'X.forRoot' });
    expect(error.message).toBe('X.forRoot: a: Invalid value 1. b: Unknown option.');
  });

  it('are recognised by brand and code', () => {
    const error = new OptionsError('X', []);
    expect(isRookeryError(error)).toBe(true);
    expect(isRookeryError(error, 'INVALID_OPTIONS')).toBe(true);
    expect(isRookeryError(error, 'OTHER')).toBe(false);
    expect(isRookeryError(new Error('INVALID_OPTIONS'))).toBe(false);
    expect(isRookeryError(undefined)).toBe(false);
  });

  it('say something whatever was thrown', () => {
    expect(messageOf(new Error('broken'))).toBe('broken');
    expect(messageOf(new TypeError(''))).toBe('TypeError');
    expect(messageOf('text')).toBe('text');
    expect(messageOf(new AggregateError([new Error('one'), new Error('two')]))).toBe('one; two');
  });
});

describe('a message as a sentence', () => {
  it.each([
    ['gone', 'gone.'],
    ['gone.', 'gone.'],
    ['gone?', 'gone?'],
  ])('%p is %p', (message, sentence) => expect(asSentence(message)).toBe(sentence));
});
