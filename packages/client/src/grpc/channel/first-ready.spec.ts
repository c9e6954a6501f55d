import { type Client, connectivityState } from '@grpc/grpc-js';
import { VirtualClock } from '@rookery/common/testing';
import { firstReady } from './first-ready.js';

/** A client whose connection does what the test says. */
function fakeClient() {
  let state = connectivityState.IDLE;
  let watchers: (() => void)[] = [];
  const channel = {
    getConnectivityState(connect: boolean) {
      if (connect && state === connectivityState.IDLE) state = connectivityState.CONNECTING;
      return state;
    },
    watchConnectivityState: (_state: unknown, _deadline: unknown, changed: () => void) =>
      void watchers.push(changed),
  };
  const becomes = (next: connectivityState) => {
    state = next;
    for (const changed of watchers.splice(0)) changed();
  };
  return {
    client: { getChannel: () => channel } as unknown as Client,
    connected: () => becomes(connectivityState.READY),
    failed: () => becomes(connectivityState.TRANSIENT_FAILURE),
  };
}

function setUp(count: number) {
  const clock = new VirtualClock();
  const fakes = Array.from({ length: count }, fakeClient);
  const made: number[] = [];
  const makers = fakes.map(({ client }, index) => () => {
    made.push(index);
    return client;
  });
  const won = firstReady(makers, clock).then((client) => fakes.findIndex((fake) => fake.client === client));
  return { clock, fakes, made, won };
}

describe('of several addresses', () => {
  it('the second is not tried when the first answers in time', async () => {
    const { clock, fakes, made, won } = setUp(2);
    await clock.advance(249);
    fakes[0]?.connected();
    expect(await won).toBe(0);
    expect(made).toEqual([0]);
    expect(clock.pending).toBe(0);
  });

  it('the second is tried at once when the first has failed', async () => {
    const { clock, fakes, made, won } = setUp(2);
    fakes[0]?.failed();
    await clock.advance(0);
    expect(made).toEqual([0, 1]);
    fakes[1]?.connected();
    expect(await won).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('the first that answers is taken when the first one is silent', async () => {
    for (const winner of [0, 1]) {
      const { clock, fakes, made, won } = setUp(2);
      await clock.advance(250);
      expect(made).toEqual([0, 1]);
      fakes[winner]?.connected();
      expect(await won).toBe(winner);
    }
  });

  it('none is taken when all fail', async () => {
    const { clock, fakes, won } = setUp(2);
    await clock.advance(250);
    for (const fake of fakes) fake.failed();
    expect(await won).toBe(-1);
    expect(clock.pending).toBe(0);
  });
});
