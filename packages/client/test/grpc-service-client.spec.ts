import { status } from '@grpc/grpc-js';
import { GrpcStatusError, RequestFailedError } from '@rookery/client/grpc';
import { isRookeryError, runInContext, systemClock } from '@rookery/common';
import { PolicyRegistry } from '@rookery/resilience';
import {
  answerWith,
  boot,
  closeAll,
  failureOf,
  failWith,
  serve,
  silent,
  until,
  type User,
} from './grpc-support.js';

afterEach(closeAll);

const ada = { id: '9007199254740993', fullName: 'Ada' };

describe('gRPC service client', () => {
  it('sends a message and resolves with the decoded answer, 64 bit numbers whole', async () => {
    const { port, seen } = await serve(answerWith('Ada'));
    const { client } = await boot([port]);
    expect(await client.call<{ id: string }, User>('FindUser', { id: ada.id })).toEqual(ada);
    await client.call('CreateUser', { fullName: 'Ada' });
    expect(seen[1]?.request).toEqual({ fullName: 'Ada' });
  });

  it('rejects a status with its name, details, metadata and HTTP status, without a retry', async () => {
    const { port, seen } = await serve(failWith(status.NOT_FOUND, 'no such user', { hint: 'try 2' }));
    const { client } = await boot([port]);
    const error = await failureOf(client.call('FindUser', { id: 1 }));
    expect(error).toBeInstanceOf(GrpcStatusError);
    expect(error).toMatchObject({
      grpcCode: 5,
      grpcStatus: 'NOT_FOUND',
      details: 'no such user',
      metadata: { hint: 'try 2' },
      status: 404,
      responseStatus: 502,
      message: 'user-service/users.UserService/FindUser: answered NOT_FOUND: no such user',
    });
    expect(seen).toHaveLength(1);
  });

  it('says after how many retries it gave up, and why', async () => {
    const { port, seen } = await serve(failWith(status.UNAVAILABLE, 'warming up'));
    const { client } = await boot([port]);
    const error = await failureOf(client.call('FindUser', { id: 1 }));
    expect(error).toBeInstanceOf(RequestFailedError);
    expect((error as Error).message).toBe(
      'user-service/users.UserService/FindUser: request failed after 2 retries: ' +
        'user-service/users.UserService/FindUser: answered UNAVAILABLE: warming up',
    );
    expect(seen).toHaveLength(3);
  });

  it('leaves a server alone that pushes back for good', async () => {
    const { port, seen } = await serve(failWith(status.UNAVAILABLE, '', { 'grpc-retry-pushback-ms': '-1' }));
    const { client } = await boot([port]);
    expect(await failureOf(client.call('FindUser', {}))).toMatchObject({ retryForbidden: true });
    expect(seen).toHaveLength(1);
  });

  it('repeats only what the contract or the caller calls idempotent', async () => {
    const { port, seen } = await serve(failWith(status.UNAVAILABLE));
    const { client } = await boot([port]);
    await failureOf(client.call('CreateUser', {}));
    expect(seen).toHaveLength(1);
    await failureOf(client.call('CreateUser', {}, { idempotent: true }));
    expect(seen).toHaveLength(4);
    await failureOf(client.call('FindUser', {}, { idempotent: false }));
    expect(seen).toHaveLength(5);
  });

  it('never sends a call twice that may have arrived when the connection is cut', async () => {
    const cut = await serve(() => cut.server.forceShutdown());
    const good = await serve(answerWith('Ada'));
    const { client } = await boot([cut.port, good.port]);
    const names = Array.from({ length: 8 }, (_none, index) => `user ${index}`);
    const results = await Promise.all(
      names.map((fullName) => client.call('CreateUser', { fullName }).catch((error: unknown) => error)),
    );
    const failures = results.filter((result) => result instanceof Error);
    expect(failures.length).toBeGreaterThan(0);
    for (const error of failures) expect(error).toMatchObject({ code: 'CONNECTION_FAILED', sent: true });
    const executed = [...cut.seen, ...good.seen].map(({ request }) => request.fullName);
    expect(executed.length).toBe(new Set(executed).size);
    expect(good.seen).toHaveLength(names.length - failures.length);
  });

  it('tries elsewhere when the connection was refused, because the call cannot have arrived', async () => {
    const gone = await serve(answerWith('nobody'));
    const good = await serve(answerWith('Ada'));
    gone.server.forceShutdown();
    const { client } = await boot([gone.port, good.port]);
    for (let call = 0; call < 10; call += 1) {
      expect(await client.call('CreateUser', {})).toMatchObject({ fullName: 'Ada' });
    }
    expect(good.seen).toHaveLength(10);
  });

  it('says why nobody answers', async () => {
    const gone = await serve(answerWith('nobody'));
    gone.server.forceShutdown();
    const { client } = await boot([gone.port], { policy: 'users' });
    const error = (await failureOf(client.call('FindUser', {}))) as RequestFailedError;
    expect(error.cause).toMatchObject({ code: 'CONNECTION_FAILED', sent: false });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('does not fall back to an unencrypted connection', async () => {
    const { port, seen } = await serve(answerWith('Ada'));
    const { client } = await boot([], { url: `https://localhost:${port}`, retries: 0 });
    expect(await failureOf(client.call('FindUser', {}))).toMatchObject({
      code: 'CONNECTION_FAILED',
      sent: false,
    });
    expect(seen).toHaveLength(0);
  });

  it('finds an instance again at once that came back at the same address', async () => {
    const first = await serve(answerWith('first'));
    const { client } = await boot([first.port]);
    await client.call('FindUser', {});
    first.server.forceShutdown();
    // Retried until it is refused, after which grpc-js alone would wait for a second.
    const error = (await failureOf(client.call('FindUser', {}))) as RequestFailedError;
    expect(error.cause).toMatchObject({ code: 'CONNECTION_FAILED', sent: false });
    await serve(answerWith('second'), first.port);
    expect(await client.call('CreateUser', {})).toMatchObject({ fullName: 'second' });
  });

  it('loses no idempotent call when one instance of two dies under many', async () => {
    const good = await serve(answerWith('Ada'));
    const dying = await serve(silent);
    const { app, client } = await boot([good.port, dying.port]);
    const calls = Array.from({ length: 30 }, () => client.call<object, User>('FindUser', {}));
    await until(() => dying.seen.length >= 5);
    dying.server.forceShutdown();
    expect((await Promise.all(calls)).map(({ fullName }) => fullName)).toEqual(Array(30).fill('Ada'));
    expect(app.get(PolicyRegistry).state('users')).toBe('closed');
  });

  it('opens the circuit when nobody answers, and then rejects at once', async () => {
    const gone = await serve(silent);
    gone.server.forceShutdown();
    const { app, client } = await boot([gone.port]);
    await failureOf(client.call('FindUser', {}));
    await failureOf(client.call('FindUser', {}));
    expect(app.get(PolicyRegistry).state('users')).toBe('open');
    expect(isRookeryError(await failureOf(client.call('FindUser', {})), 'CIRCUIT_OPEN')).toBe(true);
  });

  it('says that there is no instance when nobody is registered', async () => {
    const { client } = await boot([]);
    const error = await failureOf(client.call('FindUser', {}));
    expect(isRookeryError(error, 'NO_INSTANCES')).toBe(true);
  });

  it('passes over an instance that speaks another protocol', async () => {
    const { port, seen } = await serve(answerWith('Ada'));
    const { client } = await boot([port], { policy: 'users' }, [], 'http');
    const error = await failureOf(client.call('FindUser', {}));
    expect((error as Error).message).toContain('1 registered, but none that this call can go to');
    expect(seen).toHaveLength(0);
  });

  it('calls a fixed URL without discovery', async () => {
    const { port } = await serve(answerWith('fixed'));
    const { client } = await boot([], { url: `http://127.0.0.1:${port}` });
    expect(await client.call('FindUser', {})).toMatchObject({ fullName: 'fixed' });
  });
});

describe('the time of a gRPC call', () => {
  it('runs out at the limit of the call, and the server hears of it', async () => {
    const { port, seen } = await serve(silent);
    const { client } = await boot([port]);
    const error = await failureOf(client.call('CreateUser', {}, { timeout: '80ms' }));
    expect(isRookeryError(error, 'TIMEOUT')).toBe(true);
    expect((error as Error).message).toContain('no result within 80 ms');
    await until(() => seen[0]?.cancelled ?? false);
  });

  it.each([
    ['30 s by default', Infinity, undefined, 30_000],
    ["what is left of the caller's own deadline", 2_000, undefined, 2_000],
    ['what the call says', Infinity, '900ms' as const, 900],
  ])('travels to the server: %s', async (_what, left, timeout, expected) => {
    const { port, seen } = await serve(answerWith('Ada'));
    const { client } = await boot([port], {});
    const context = left === Infinity ? {} : { deadline: systemClock.monotonic() + left };
    const sentAt = Date.now();
    await runInContext(context, () => client.call('CreateUser', {}, timeout ? { timeout } : {}));
    const deadline = Number(seen[0]?.getDeadline());
    // The server's clock starts when the call arrives, which is when the call's own has been running for a while.
    expect(deadline - Date.now()).toBeLessThanOrEqual(expected);
    expect(deadline - sentAt).toBeGreaterThan(expected / 2);
  });

  it("ends when its caller aborts, with the caller's reason and no retry", async () => {
    const { port, seen } = await serve(silent);
    const { client } = await boot([port], {});
    const abort = new AbortController();
    const call = client.call('FindUser', {}, { signal: abort.signal });
    await until(() => seen.length > 0);
    abort.abort(new Error('changed my mind'));
    expect(await failureOf(call)).toMatchObject({ message: 'changed my mind' });
    await until(() => seen[0]?.cancelled ?? false);
    expect(seen).toHaveLength(1);
  });

  it('replaces a connection on which nothing at all was heard', async () => {
    let answers = 0;
    const { port, peers } = await serve((call, answer) =>
      answers > 0 ? answerWith('Ada')(call, answer) : undefined,
    );
    const { client } = await boot([port]);
    await failureOf(client.call('CreateUser', {}, { timeout: '500ms' }));
    answers = 1;
    await client.call('CreateUser', {});
    await client.call('CreateUser', {});
    const [mute, fresh, same] = peers;
    expect(fresh).not.toBe(mute);
    expect(same).toBe(fresh);
  });
});
