import { type WovenMethod } from '@rookery/common';
import { Observable } from 'rxjs';
import { streamKindOf } from './stream-kind.js';

const kindOf = (returnType: unknown, written: WovenMethod['written'] = () => undefined) =>
  streamKindOf({
    target: {},
    className: 'Users',
    key: 'find',
    name: 'find',
    returnType,
    original: () => undefined,
    written,
  });

class Subscribable {
  subscribe() {}
}
class Pipeable {
  pipe() {}
}
class OfAnotherCopy {
  subscribe() {}
  pipe() {}
}

describe('the kind of stream that a method returns', () => {
  it.each([
    ['none', undefined],
    ['a promise', Promise],
    ['anything', Object],
    ['no class', { prototype: OfAnotherCopy.prototype }],
    ['a class without instances', () => undefined],
    ['something to subscribe to that has no operators', Subscribable],
    ['something with a pipe', Pipeable],
  ])('is no observable for the declared return type %s', (_name, returnType) => {
    expect(kindOf(returnType)).toBeUndefined();
  });

  it.each([Observable, OfAnotherCopy])('is an observable for the declared return type %p', (returnType) => {
    expect(kindOf(returnType)).toBe('observable');
  });

  it('is told by async *', () => {
    expect(kindOf(undefined, async function* () {})).toBe('async iterable');
    expect(kindOf(undefined, function* () {})).toBeUndefined();
    expect(kindOf(undefined, async () => {})).toBeUndefined();
  });
});
