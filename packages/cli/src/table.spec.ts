import { sampleInstance } from '@rookery/discovery/testing';
import { addressOf, age, instanceTable, table } from './table.js';

describe('the table of instances', () => {
  it.each([
    [0, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_599_999, '59m'],
    [3_600_000, '1h'],
    [86_399_999, '23h'],
    [86_400_000, '1d'],
    [-5_000, '0s'],
  ])('shows an age of %p ms as %p', (ms, shown) => expect(age(1_000_000, 1_000_000 + ms)).toBe(shown));

  it('is as wide as what is in it, and ends no line with blanks', () => {
    expect(table(['A', 'LONG'], [['xxx', 'y']])).toEqual(['A    LONG', 'xxx  y']);
  });

  it('shows nothing that moves the cursor or turns the text around', () => {
    expect(table(['A'], [['\u001b[2J\u202eevil\n\u2028']])).toEqual(['A', '?[2J?evil??']);
  });

  it('has the share of the calls that each weight asks for, by service, none for those that leave', () => {
    const instances = [
      sampleInstance({ id: 'a', weight: 3, zone: 'z' }),
      sampleInstance({ id: 'b', weight: 1, host: '::1' }),
      { ...sampleInstance({ id: 'c', weight: 6 }), status: 'draining' as const },
      sampleInstance({ id: 'd', service: 'orders', weight: 9 }),
    ];
    expect(instanceTable(instances, 61_000)).toEqual([
      'SERVICE  ID  ADDRESS                STATUS    SHARE  VERSION  ZONE  AGE',
      'users    a   http://127.0.0.1:3000  up        75%    0.0.0    z     1m',
      'users    b   http://[::1]:3000      up        25%    0.0.0    -     1m',
      'users    c   http://127.0.0.1:3000  draining  0%     0.0.0    -     1m',
      'orders   d   http://127.0.0.1:3000  up        100%   0.0.0    -     1m',
    ]);
    expect(addressOf(sampleInstance({ protocol: 'grpc' }))).toBe('grpc://127.0.0.1:3000');
  });

  it('has a share for those that leave when no other is up, for they are called', () => {
    const leaving = (id: string, weight: number) => ({
      ...sampleInstance({ id, weight }),
      status: 'draining' as const,
    });
    const rows = instanceTable([leaving('a', 3), leaving('b', 1)], 61_000);
    expect(rows.map((row) => /draining +(\S+)/.exec(row)?.[1])).toEqual([undefined, '75%', '25%']);
  });

  it('tells nothing that nobody knows, of a list in which nobody registers', () => {
    const rows = instanceTable(
      [sampleInstance({ id: 'a' }), sampleInstance({ id: 'b', version: '1.2.3' })],
      61_000,
      { readOnly: true },
    );
    expect(rows.slice(1).map((row) => row.split(/ {2,}/).slice(5))).toEqual([
      ['-', '-', '-'],
      ['1.2.3', '-', '-'],
    ]);
  });
});
