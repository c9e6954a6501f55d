import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { memoryRegistry } from '../memory/memory-registry.js';
import { ServiceRegistry } from '../registry/service-registry.js';
import { LoadBalancer } from './load-balancer.js';
import { type LoadBalancerOptions } from './load-balancer.options.js';

/** A balancer over two instances that leave every call unanswered, and give no sign of life either. */
async function setUp(options: LoadBalancerOptions = {}) {
  const clock = new VirtualClock();
  const random = seededRandom(3);
  const registry = new ServiceRegistry({ backend: memoryRegistry({ clock }), clock, random });
  for (const id of ['users-1', 'users-2']) {
    await registry.register({ service: 'users', id, host: '127.0.0.1', port: 80 });
  }
  const asked: string[] = [];
  const events: string[] = [];
  const balancer = new LoadBalancer(
    registry,
    { clock, random, ...options },
    {
      signOfLife: ({ id }) => {
        asked.push(id);
        return new Promise(() => {});
      },
    },
  );
  balancer.onEvent((event) =>
    events.push(event.type === 'instance-ejected' ? event.reason : 'instance-restored'),
  );
  const timeOut = async () => {
    const { done } = await balancer.pick('users');
    await clock.advance(500);
    done('failure');
    await clock.advance(300);
  };
  return { clock, registry, balancer, asked, events, timeOut };
}

describe('the load balancer and those that give no sign of life', () => {
  it('asks one that left a call unanswered, and puts it out after that one call', async () => {
    const { registry, asked, events, timeOut } = await setUp();
    await timeOut();
    expect([asked.length, events]).toEqual([1, ['no-sign-of-life']]);
    await registry.close();
  });

  it.each<[string, LoadBalancerOptions]>([
    ['it must not', { ejection: { signOfLife: false } }],
    ['nobody is ever put out', { ejection: false }],
    ['it must not for this service', { services: { users: { ejection: { signOfLife: false } } } }],
  ])('asks nobody when %s', async (_why, options) => {
    const { registry, asked, events, timeOut } = await setUp(options);
    await timeOut();
    expect([asked, events]).toEqual([[], []]);
    await registry.close();
  });

  it('asks nobody any more when the app stops', async () => {
    const { clock, registry, balancer, asked, timeOut } = await setUp();
    await timeOut();
    balancer.onApplicationShutdown();
    await clock.advance(60_000);
    expect(asked).toHaveLength(1);
    await registry.close();
  });
});
