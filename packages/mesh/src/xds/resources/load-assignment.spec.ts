import { type NewInstance, type ServiceInstance } from '@rookery/discovery';
import { sampleInstance } from '@rookery/discovery/testing';
import { unpacked } from '../wire/codec.js';
import { loadAssignment, type Located } from './load-assignment.js';

const at = (facts: Partial<NewInstance>, more: Partial<ServiceInstance> = {}): Located => {
  const instance = { ...sampleInstance(facts), ...more };
  return { instance, address: instance.host };
};

/** The ports of the endpoints, each with its weight, in their order. */
function listed(...located: Located[]) {
  const { endpoints } = unpacked(loadAssignment('users', located)) as unknown as {
    endpoints: {
      lbEndpoints: {
        endpoint: { address: { socketAddress: { portValue: number } } };
        loadBalancingWeight: { value: number };
      }[];
    }[];
  };
  return endpoints.flatMap(({ lbEndpoints }) =>
    lbEndpoints.map(({ endpoint, loadBalancingWeight }) => [
      endpoint.address.socketAddress.portValue,
      loadBalancingWeight.value,
    ]),
  );
}

describe('the endpoints of a cluster', () => {
  it('have an address once, for who started there last', () => {
    const killed = at({ id: 'killed', weight: 5 }, { startedAt: 1 });
    const restarted = at({ id: 'restarted', weight: 7 }, { startedAt: 2 });
    expect(listed(killed, restarted)).toEqual([[3_000, 7]]);
    expect(listed(restarted, killed)).toEqual([[3_000, 7]]);
  });

  it('are the same bytes whatever the order of the list', () => {
    const members = [at({ id: 'a', port: 1 }), at({ id: 'b', port: 2, zone: 'z' }), at({ id: 'c', port: 3 })];
    const bytes = loadAssignment('users', members).value;
    expect(loadAssignment('users', members.toReversed()).value.equals(bytes)).toBe(true);
  });
});
