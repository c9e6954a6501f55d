import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import Opossum from 'opossum';
import { type PolicyOptions, PolicyRegistry } from '@rookery/resilience';
import { compareCpuTime } from './cpu-time.ts';
import { heapUsed } from './heap.ts';
import { type Measured, type Suite } from './suite.ts';

const succeed = async () => 1;
const failure = new Error('failed');
const fail = async () => {
  throw failure;
};

function pipeline(options: PolicyOptions) {
  return new PolicyRegistry().define('bench', options);
}

function nothing(): void {}

/** Awaits a call that fails, with as little of our own as can be: what a `catch` costs is not what is measured. */
function settled(call: Promise<unknown>): Promise<unknown> {
  return call.then(undefined, nothing);
}

/** A breaker alone, against opossum with its timeout off. */
async function breaker() {
  const ours = pipeline({ circuitBreaker: {} });
  const theirs = new Opossum(succeed, { timeout: false });
  const measured = await compareCpuTime(
    () => ours.execute(succeed),
    () => theirs.fire(),
    { calls: 20_000, against: 'opossum.fire, timeout off' },
  );
  theirs.shutdown();
  return measured;
}

/** Retry, breaker, timeout and bulkhead around one call, against the same four of cockatiel. */
async function stack() {
  const ours = pipeline({
    retry: 3,
    circuitBreaker: {},
    timeout: { attempt: '10s' },
    bulkhead: 25,
  });
  const theirs = wrap(
    retry(handleAll, { maxAttempts: 2 }),
    circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(10_000, TimeoutStrategy.Aggressive),
    bulkhead(25),
  );
  return compareCpuTime(
    () => ours.execute(succeed),
    () => theirs.execute(succeed),
    { calls: 10_000, against: "cockatiel's same wrap" },
  );
}

/** Turning a call away while the circuit is open. */
async function reject() {
  const ours = pipeline({ circuitBreaker: { consecutiveFailures: 1 } });
  await settled(ours.execute(fail));
  const theirs = new Opossum(fail, { timeout: false, resetTimeout: 600_000 });
  await settled(theirs.fire());
  const measured = await compareCpuTime(
    () => settled(ours.execute(fail)),
    () => settled(theirs.fire()),
    { calls: 10_000, against: "opossum's rejection" },
  );
  theirs.shutdown();
  return measured;
}

/** A failing call with 50,000 calls in the window, against one with 1,000. */
async function window() {
  const withCalls = async (calls: number) => {
    const filled = pipeline({
      circuitBreaker: {
        consecutiveFailures: false,
        failureRateThreshold: 100,
        slidingWindow: { type: 'time', size: '10m' },
      },
    });
    for (let call = 0; call < calls; call += 1) await filled.execute(succeed);
    return () => settled(filled.execute(fail));
  };
  return compareCpuTime(await withCalls(50_000), await withCalls(1_000), {
    calls: 2_000,
    against: 'the same with 1,000 calls in the window',
  });
}

const BREAKERS = 5_000;

/** The heap that an idle breaker holds, against one of opossum. */
async function idle(): Promise<Measured> {
  const ours = await heapHeldBy(() => {
    const registry = new PolicyRegistry();
    return times(BREAKERS, (n) => registry.define(`breaker ${n}`, { circuitBreaker: {} }));
  });
  const opossums: Opossum[] = [];
  const theirs = await heapHeldBy(() => {
    opossums.push(...times(BREAKERS, () => new Opossum(succeed, { timeout: false })));
    return opossums;
  });
  for (const opossum of opossums) opossum.shutdown();
  return {
    value: ours / BREAKERS / 1_024,
    unit: 'KB',
    ratio: ours / theirs,
    against: `an idle opossum (${(theirs / BREAKERS / 1_024).toFixed(1)} KB)`,
  };
}

/** The heap that is left of breakers that were made, used and dropped, against what they held. */
async function dropped(): Promise<Measured> {
  const before = await heapUsed();
  let held = 0;
  await (async () => {
    const registry = new PolicyRegistry();
    for (const guarded of times(BREAKERS, (n) => registry.define(`breaker ${n}`, { circuitBreaker: {} }))) {
      await guarded.execute(succeed);
    }
    held = (await heapUsed()) - before;
    for (let n = 0; n < BREAKERS; n += 1) registry.remove(`breaker ${n}`);
  })();
  const left = (await heapUsed()) - before;
  return {
    value: left / 1_024,
    unit: 'KB',
    ratio: left / held,
    against: `${BREAKERS} breakers while they were there`,
  };
}

async function heapHeldBy(create: () => unknown): Promise<number> {
  const before = await heapUsed();
  const created = create();
  const after = await heapUsed();
  // Used here, so that it is still there above.
  if (!created) throw new Error('Nothing was created.');
  return after - before;
}

function times<T>(count: number, create: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => create(n));
}

const suite: Suite = async () => ({
  breaker: await breaker(),
  stack: await stack(),
  reject: await reject(),
  window: await window(),
  idle: await idle(),
  dropped: await dropped(),
});

export default suite;
