import { type Check, required } from './check.js';
import { is } from '../index.js';
import { parseJson } from './parse-json.js';
import { shape } from './shape.js';

const pair: Check = shape<{ a: number; b?: string }>({ a: required(is.wholeNumber()), b: is.text });

describe('parseJson', () => {
  it('gives the value of a text that passes the check', () => {
    expect(parseJson('{"a":1,"b":"x"}', pair)).toEqual({ a: 1, b: 'x' });
  });

  it.each(['', '{"a":1', 'null', '[]', '{}', '{"a":"1"}', '{"a":1,"c":2}'])(
    'gives nothing for %j',
    (text) => {
      expect(parseJson(text, pair)).toBeUndefined();
    },
  );
});
