import { Metadata, type ServerWritableStream, status } from '@grpc/grpc-js';
import {
  CallObserver,
  DeadlineExceededError,
  isRookeryError,
  runInContext,
  systemClock,
} from '@rookery/common';
import { PolicyRegistry } from '@rookery/resilience';
import { Global, Module } from '@nestjs/common';
import { failureOf, until } from './grpc-support.js';
import { bootNumbers, closeStreams, type Count, serveNumbers, valuesOf } from './streams-support.js';

afterEach(closeStreams);

async function* numbers(to: number): AsyncGenerator<Count> {
  for (let value = 1; value <= to; value += 1) yield { value };
}

/** A source that gives one number and then nothing, until it is left. */
function endless() {
  const state = { left: false };
  const iterator: AsyncIterator<Count> = {
    next: () => (state.left ? Promise.resolve({ done: true, value: undefined }) : new Promise(() => {})),
    return: () => {
      state.left = true;
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { state, source: { [Symbol.asyncIterator]: () => iterator } };
}

describe('a stream', () => {
  it('brings all answers in order, and sends what an iterable of either kind gives', async () => {
    const { port } = await serveNumbers();
    const { client } = await bootNumbers([port]);
    expect(await valuesOf(client.serverStream('Count', { to: 5 }))).toEqual([1, 2, 3, 4, 5]);
    expect(await client.clientStream<Count, Count>('Sum', numbers(4))).toMatchObject({ value: 10 });
    expect(await client.clientStream<Count, Count>('Sum', [{ value: 7 }])).toMatchObject({ value: 7 });
    expect(await valuesOf(client.duplex('Double', numbers(3)))).toEqual([2, 4, 6]);
  });

  it.each(['call', 'serverStream', 'clientStream', 'duplex'] as const)(
    'is called by its own method, not by another: %s',
    async (asked) => {
      const { client } = await bootNumbers([]);
      const kinds = { Square: 'call', Count: 'serverStream', Sum: 'clientStream', Double: 'duplex' };
      for (const [method, kind] of Object.entries(kinds)) {
        if (kind === asked) continue;
        const start = async () => client[asked](method, [] as never);
        expect(await failureOf(start())).toMatchObject({
          name: 'TypeError',
          message: expect.stringContaining(`call it with ${kind}(), not with ${asked}()`),
        });
      }
    },
  );

  it('does not start before it is read', async () => {
    let begun = 0;
    const { port } = await serveNumbers({ Count: (call) => ((begun += 1), call.end()) });
    const { client } = await bootNumbers([port]);
    const stream = client.serverStream<object, Count>('Count', {});
    await client.call('Square', { value: 1 });
    expect(begun).toBe(0);
    await stream.return();
    expect(await valuesOf(stream)).toEqual([]);
    expect(begun).toBe(0);
  });

  it('is cancelled when its reader leaves, in the loop and while it waits', async () => {
    let cancelled = 0;
    const { port } = await serveNumbers({
      Count(call) {
        call.on('cancelled', () => (cancelled += 1));
        call.write({ value: 1 });
      },
    });
    const { client, app } = await bootNumbers([port]);
    for await (const { value } of client.serverStream<object, Count>('Count', { to: 1 })) {
      expect(value).toBe(1);
      break;
    }
    await until(() => cancelled === 1);

    const stream = client.serverStream<object, Count>('Count', { to: 1 });
    await stream.next();
    const waiting = stream.next();
    await stream.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await until(() => cancelled === 2);
    expect(app.get(PolicyRegistry).state('numbers')).toBe('closed');
  });

  it('ends with the reason of its signal, before it begins and in the middle', async () => {
    let cancelled = false;
    const { port } = await serveNumbers({
      Count(call) {
        call.on('cancelled', () => (cancelled = true));
        call.write({ value: 1 });
      },
    });
    const { client } = await bootNumbers([port]);
    const gone = AbortSignal.abort(new Error('gone'));
    expect(await failureOf(valuesOf(client.serverStream('Count', {}, { signal: gone })))).toMatchObject({
      message: 'gone',
    });
    const abort = new AbortController();
    const read = async () => {
      for await (const _number of client.serverStream('Count', {}, { signal: abort.signal }))
        abort.abort(new Error('enough'));
    };
    expect(await failureOf(read())).toMatchObject({ message: 'enough' });
    await until(() => cancelled);
  });

  it('slows a server down that is faster than its reader', async () => {
    let written = 0;
    const filler = Buffer.alloc(64 * 1024);
    const { port } = await serveNumbers({
      async Count(call) {
        for (; written < 500 && !call.cancelled; written += 1) {
          if (call.write({ value: written, filler })) continue;
          await new Promise((resolve) => call.once('drain', resolve).once('cancelled', resolve));
        }
      },
    });
    const { client } = await bootNumbers([port]);
    const stream = client.serverStream<object, Count>('Count', {});
    await stream.next();
    // It goes on until its windows are full, and then stands still.
    let before = -1;
    for (let still = 0; still < 20; still = before === written ? still + 1 : 0) {
      before = written;
      await client.call('Square', { value: 1 });
    }
    expect(written).toBeLessThan(100);
    await stream.return();
  });

  it('takes requests from their source only as fast as the server reads them', async () => {
    let given = 0;
    const filler = Buffer.alloc(64 * 1024);
    async function* source() {
      for (; given < 1_000; given += 1) yield { value: 1, filler };
    }
    let resume = () => {};
    const { port } = await serveNumbers({
      Sum(call, done) {
        let sum = 0;
        resume = () => {
          call.on('data', ({ value }: Count) => (sum += value));
          call.on('end', () => done(null, { value: sum }));
        };
      },
    });
    const { client } = await bootNumbers([port]);
    const sum = client.clientStream<Count, Count>('Sum', source());
    let before = -1;
    for (let still = 0; still < 20; still = before === given && given > 0 ? still + 1 : 0) {
      before = given;
      await client.call('Square', { value: 1 });
    }
    expect(given).toBeLessThan(200);
    resume();
    expect(await sum).toMatchObject({ value: 1_000 });
  });

  it('leaves its source when the server has heard enough', async () => {
    const { port } = await serveNumbers({ Sum: (_call, done) => done(null, { value: -1 }) });
    const { client } = await bootNumbers([port]);
    const { state, source } = endless();
    expect(await client.clientStream('Sum', source)).toMatchObject({ value: -1 });
    await until(() => state.left);
  });

  it('fails with what its source has failed with, which is held against nobody', async () => {
    const { port } = await serveNumbers({ Sum() {} });
    const { client, app, balancer } = await bootNumbers([port]);
    async function* broken() {
      yield { value: 1 };
      throw new RangeError('out of numbers');
    }
    for (let call = 0; call < 5; call += 1) {
      expect(await failureOf(client.clientStream('Sum', broken()))).toMatchObject({
        message: 'out of numbers',
      });
    }
    expect(await failureOf(client.clientStream('Sum', [null as never]))).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('does not fit the contract'),
    });
    expect(app.get(PolicyRegistry).state('numbers')).toBe('closed');
    expect(balancer.status()[0]?.instances[0]).toMatchObject({ pending: 0 });
  });
});

describe('what fails on the side of the caller', () => {
  const CLOSED = 'closed';

  it.each<[string, () => never]>([
    ['nothing', () => undefined as never],
    ['a number', () => 5 as never],
    [
      'a ReadableStream that somebody else reads',
      () => {
        const taken = new ReadableStream();
        taken.getReader();
        return taken as never;
      },
    ],
  ])('ends the call when the requests are %s, and is held against nobody', async (_what, requests) => {
    const running = new Set<unknown>();
    const { port } = await serveNumbers({
      Sum(call) {
        running.add(call);
        call.on('cancelled', () => running.delete(call));
      },
    });
    const { client, app, balancer } = await bootNumbers([port]);
    for (let call = 0; call < 4; call += 1)
      expect(await failureOf(client.clientStream('Sum', requests()))).toMatchObject({ name: 'TypeError' });
    await until(() => running.size === 0);
    expect(app.get(PolicyRegistry).state('numbers')).toBe(CLOSED);
    expect(balancer.status()[0]?.instances[0]).not.toHaveProperty('ejected');
  });

  it.each(['onHeader', 'onTrailer'] as const)('is what %s throws, in calls of every kind', async (hook) => {
    const { port } = await serveNumbers();
    const { client, app, balancer } = await bootNumbers([port]);
    let thrown = 0;
    const options = {
      idempotent: true,
      [hook]: () => {
        thrown += 1;
        throw new RangeError('a bug in the hook');
      },
    };
    const calls = [
      () => client.call('Square', { value: 2 }, options),
      () => valuesOf(client.serverStream('Count', { to: 2 }, options)),
      () => client.clientStream('Sum', numbers(2), options),
      () => valuesOf(client.duplex('Double', numbers(2), options)),
    ];
    for (const call of calls)
      expect(await failureOf(call())).toMatchObject({ name: 'RangeError', message: 'a bug in the hook' });
    expect(thrown).toBe(calls.length);
    expect(app.get(PolicyRegistry).state('numbers')).toBe(CLOSED);
    expect(balancer.status()[0]?.instances[0]).not.toHaveProperty('ejected');
  });
});

describe('a stream that is read by two', () => {
  it('gives each what comes when it is its turn, and its end to all', async () => {
    const { port } = await serveNumbers();
    const { client } = await bootNumbers([port]);
    const stream = client.serverStream<object, Count>('Count', { to: 2 });
    const steps = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()]);
    expect(steps.map(({ value }) => value?.value)).toEqual([1, 2, undefined, undefined]);
  });
});

describe('a stream that fails', () => {
  const failing = (first: boolean) => (call: ServerWritableStream<unknown, Count>) => {
    const metadata = new Metadata();
    metadata.set('why', 'tired');
    if (first) call.write({ value: 1 });
    call.emit('error', { code: status.UNAVAILABLE, details: 'not now', metadata });
  };

  it('is tried elsewhere before its answer has begun', async () => {
    const bad = await serveNumbers({ Count: failing(false) });
    const good = await serveNumbers();
    const { client } = await bootNumbers([bad.port, good.port]);
    for (let call = 0; call < 4; call += 1)
      expect(await valuesOf(client.serverStream('Count', { to: 2 }))).toEqual([1, 2]);
  });

  it('is not repeated once its answer has begun, and says how it ended', async () => {
    let calls = 0;
    const { port } = await serveNumbers({ Count: (call) => ((calls += 1), failing(true)(call)) });
    const { client } = await bootNumbers([port]);
    const values: number[] = [];
    const read = async () => {
      for await (const { value } of client.serverStream<object, Count>('Count', {})) values.push(value);
    };
    expect(await failureOf(read())).toMatchObject({
      code: 'GRPC_STATUS',
      grpcStatus: 'UNAVAILABLE',
      details: 'not now',
      metadata: { why: 'tired' },
    });
    expect([values, calls]).toEqual([[1], 1]);
  });

  it('is sent elsewhere while no request has been taken, and never later', async () => {
    const gone = await serveNumbers();
    gone.server.forceShutdown();
    const good = await serveNumbers();
    const { client } = await bootNumbers([gone.port, good.port]);
    for (let call = 0; call < 4; call += 1)
      expect(await client.clientStream('Sum', numbers(3), { idempotent: true })).toMatchObject({ value: 6 });

    let calls = 0;
    const busy = await serveNumbers({
      Sum: (_call, done) => ((calls += 1), done({ code: status.UNAVAILABLE })),
    });
    const { client: other } = await bootNumbers([busy.port]);
    const error = await failureOf(other.clientStream('Sum', numbers(3), { idempotent: true }));
    expect(error).toMatchObject({ grpcStatus: 'UNAVAILABLE' });
    expect(calls).toBe(1);
  });

  it('opens the circuit when it never begins', async () => {
    const gone = await serveNumbers();
    gone.server.forceShutdown();
    const { client, app } = await bootNumbers([gone.port]);
    await failureOf(valuesOf(client.serverStream('Count', {})));
    expect(app.get(PolicyRegistry).state('numbers')).toBe('open');
    const error = await failureOf(valuesOf(client.serverStream('Count', {})));
    expect(isRookeryError(error, 'CIRCUIT_OPEN')).toBe(true);
  });

  it('is lost when its connection is cut', async () => {
    const served = await serveNumbers({ Count: (call) => void call.write({ value: 1 }) });
    const { client } = await bootNumbers([served.port]);
    const read = async () => {
      for await (const _number of client.serverStream('Count', {})) served.server.forceShutdown();
    };
    expect(await failureOf(read())).toMatchObject({ code: 'CONNECTION_FAILED', sent: true });
  });
});

describe('the time of a stream', () => {
  it('is unlimited by default, and what the call or its caller says', async () => {
    const deadlines: number[] = [];
    const { port } = await serveNumbers({
      Count(call) {
        deadlines.push(Number(call.getDeadline()) - Date.now());
        call.write({ value: 1 });
      },
    });
    const { client } = await bootNumbers([port]);
    const take = async (timeout?: number) => {
      const stream = client.serverStream('Count', {}, timeout === undefined ? {} : { timeout });
      await stream.next();
      await stream.return();
    };
    await take();
    await take(9_000);
    await runInContext({ deadline: systemClock.monotonic() + 4_000 }, () => take(9_000));
    expect(deadlines[0]).toBe(Infinity);
    expect(deadlines[1]).toBeLessThanOrEqual(9_000);
    expect(deadlines[1]).toBeGreaterThan(4_000);
    expect(deadlines[2]).toBeLessThanOrEqual(4_000);
  });

  it('runs out in the middle of its answers, which says nothing against the service', async () => {
    let cancelled = 0;
    const { port } = await serveNumbers({
      Count(call) {
        call.on('cancelled', () => (cancelled += 1));
        call.write({ value: 1 });
      },
    });
    const { client, app } = await bootNumbers([port]);
    for (let call = 1; call <= 4; call += 1) {
      const error = await failureOf(valuesOf(client.serverStream('Count', {}, { timeout: '60ms' })));
      expect(isRookeryError(error, 'TIMEOUT')).toBe(true);
      await until(() => cancelled === call);
    }
    expect(app.get(PolicyRegistry).state('numbers')).toBe('closed');
  });

  it('runs out without an end of the connection, over which it was heard', async () => {
    const peers = new Set<string>();
    const { port } = await serveNumbers({
      Count(call) {
        peers.add(call.getPeer());
        call.write({ value: 1 });
      },
    });
    const { client } = await bootNumbers([port]);
    for (let call = 0; call < 3; call += 1) {
      const time = new AbortController();
      const late = new DeadlineExceededError(60);
      const read = async () => {
        for await (const _number of client.serverStream('Count', {}, { signal: time.signal }))
          time.abort(late);
      };
      expect(await failureOf(read())).toBe(late);
    }
    expect(peers.size).toBe(1);
  });
});

describe('what is known of a stream', () => {
  it('is its metadata both ways, and one observation until its end', async () => {
    let running = 0;
    const { port } = await serveNumbers({
      Count(call) {
        const header = new Metadata();
        header.set('got', String(call.metadata.get('token')[0]));
        call.sendMetadata(header);
        call.write({ value: 1 });
        const trailer = new Metadata();
        trailer.set('sum-bin', Buffer.from([1, 2]));
        call.end(trailer);
      },
    });
    const observer: CallObserver = {
      async observe(_call, work) {
        running += 1;
        try {
          return await work({ outgoing: { traceparent: 'x' }, annotate() {}, event() {} });
        } finally {
          running -= 1;
        }
      },
    };
    @Global()
    @Module({ providers: [{ provide: CallObserver, useValue: observer }], exports: [CallObserver] })
    class Observing {}
    const { client, balancer } = await bootNumbers([port], {}, { imports: [{ module: Observing }] });
    const seen: unknown[] = [];
    const stream = client.serverStream<object, Count>(
      'Count',
      {},
      {
        metadata: { token: 'abc' },
        onHeader: (metadata) => seen.push(metadata.get('got')[0]),
        onTrailer: (metadata) => seen.push(metadata.get('sum-bin')[0]),
      },
    );
    await stream.next();
    expect([seen, running]).toEqual([['abc'], 1]);
    expect(balancer.status()[0]?.instances[0]).toMatchObject({ pending: 1, costMs: expect.any(Number) });
    await stream.next();
    expect([seen, running]).toEqual([['abc', Buffer.from([1, 2])], 0]);
    expect(balancer.status()[0]?.instances[0]).toMatchObject({ pending: 0 });
  });
});
