import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { ejectionSettings } from '../ejection/ejection.options.js';
import { type InstanceStatus, type ServiceInstance } from '../instance/service-instance.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { InstanceBalancer } from './instance-balancer.js';
import { createAlgorithm, STRATEGIES } from './strategies.js';

const STEPS = 3_000;

/** Instances that come, go, start to drain and fail, and calls of every kind to them, all of it drawn. */
function churn(seed: number) {
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const chance = (share: number) => random() < share;
  let list: readonly ServiceInstance[] = [];
  const failing = new Set<string>();
  const change = () => {
    const id = `i${below(9)}`;
    const rest = list.filter((instance) => instance.id !== id);
    const protocol = chance(0.5) ? 'http' : 'grpc';
    const instance = sampleInstance({ id, protocol, weight: 1 + below(5) });
    const status: InstanceStatus = chance(0.2) ? 'draining' : 'up';
    list = chance(0.4) ? rest : [...rest, { ...instance, status }].sort((a, b) => (a.id < b.id ? -1 : 1));
    if (chance(0.3)) failing.add(id);
    else failing.delete(id);
  };
  return { random, below, chance, change, failing, list: () => list };
}

const speaksHttp = ({ protocol }: ServiceInstance) => protocol === 'http';
const all = () => true;

describe.each(STRATEGIES)('under %s, whoever comes, goes, leaves and fails,', (strategy) => {
  it('a call goes to somebody who is listed, can take it, and was not tried, as long as there is one', async () => {
    const { random, below, chance, change, failing, list } = churn(41);
    const clock = new VirtualClock();
    const balancer = new InstanceBalancer('users', createAlgorithm(strategy, random), clock, {
      ejection: ejectionSettings({}, random),
      random,
    });
    let [second, refused, outs] = [0, 0, 0];
    for (let step = 0; step < STEPS; step += 1) {
      if (chance(0.1)) change();
      const [listed, accept] = [list(), chance(0.5) ? speaksHttp : all];
      const exclude = new Set(listed.filter(() => chance(0.2)).map(({ id }) => id));
      const key = chance(0.5) ? `key-${below(20)}` : 'key';
      const able = listed.filter(accept);
      if (able.length === 0) {
        expect(() => balancer.pick(listed, { accept, exclude, key })).toThrow('no instances available');
        refused += 1;
        continue;
      }
      const { instance, done } = balancer.pick(listed, { accept, exclude, key });
      expect(able).toContain(instance);
      const up = able.filter(({ status }) => status === 'up');
      if (up.length > 0) expect(instance.status).toBe('up');
      const out = new Set(
        balancer.report().instances.flatMap((report) => (report.ejected ? [report.instance.id] : [])),
      );
      const untried = (up.length > 0 ? up : able).filter(({ id }) => !exclude.has(id) && !out.has(id));
      if (exclude.size > 0 && untried.length > 0) expect(exclude).not.toContain(instance.id);
      second += exclude.size > 0 && untried.length > 0 ? 1 : 0;
      outs += out.size > 0 ? 1 : 0;
      await clock.advance(below(200));
      done(failing.has(instance.id) ? 'failure' : 'success');
    }
    // None of the branches was idle.
    expect(Math.min(second, outs)).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(10);
  });
});
