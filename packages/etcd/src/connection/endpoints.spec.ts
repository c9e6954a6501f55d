import { seededRandom } from '@rookery/common/testing';
import { Endpoints } from './endpoints.js';

describe('endpoints', () => {
  it('are tried in order, beginning with the one that answers', () => {
    const endpoints = new Endpoints(['a', 'b', 'c'], () => 0);
    expect(endpoints.inOrder()).toEqual(['a', 'b', 'c']);
    endpoints.leave('a');
    expect(endpoints.inOrder()).toEqual(['b', 'c', 'a']);
    endpoints.leave('b');
    endpoints.leave('c');
    expect(endpoints.inOrder()).toEqual(['a', 'b', 'c']);
    expect(endpoints.failovers).toBe(3);
  });

  it('are left once by all who notice at the same time', () => {
    const endpoints = new Endpoints(['a', 'b', 'c'], () => 0);
    endpoints.leave('a');
    endpoints.leave('a');
    endpoints.leave('c');
    expect(endpoints.inOrder()[0]).toBe('b');
    expect(endpoints.failovers).toBe(1);
  });

  it('are not left when there is only one', () => {
    const endpoints = new Endpoints(['a'], () => 0.99);
    endpoints.leave('a');
    expect(endpoints.inOrder()).toEqual(['a']);
    expect(endpoints.failovers).toBe(0);
  });

  it('are each the first of some process', () => {
    const random = seededRandom(1);
    const firsts = Array.from({ length: 50 }, () => new Endpoints(['a', 'b', 'c'], random).inOrder()[0]);
    expect(new Set(firsts)).toEqual(new Set(['a', 'b', 'c']));
  });
});
