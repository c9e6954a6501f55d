import { execution } from '../../test/executions.js';
import { deferred, ended } from '../../test/support.js';
import { type Execution } from './policy.js';
import { whileWorking } from './while-working.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function working(overrides: Partial<Execution> = {}) {
  const rest = deferred<unknown>();
  const released: string[] = [];
  let below: Execution | undefined;
  const end = ended(
    whileWorking(
      execution(overrides),
      (inner) => {
        below = inner;
        return rest.promise;
      },
      () => released.push('released'),
    ),
  );
  const abandon = (work: Promise<unknown>) => below?.onAbandoned?.(work);
  return { rest, released, end, abandon };
}

describe('what is held while work is done', () => {
  it.each([
    ['a result', async (rest: ReturnType<typeof deferred>) => rest.resolve('ok'), 'ok'],
    ['an error', async (rest: ReturnType<typeof deferred>) => rest.reject('broken'), 'broken'],
  ])('is released once after %s', async (_how, settle, expected) => {
    const { rest, released, end } = working();
    expect(released).toEqual([]);
    await settle(rest);
    await expect(end).resolves.toBe(expected);
    expect(released).toEqual(['released']);
  });

  it.each(['resolves', 'rejects'])('is held until work that was given up %s', async (how) => {
    const { rest, released, end, abandon } = working();
    const leftover = deferred();
    abandon(leftover.promise);
    rest.reject('timed out');
    await end;
    expect(released).toEqual([]);
    if (how === 'resolves') leftover.resolve('late');
    else leftover.reject('late');
    await turn();
    expect(released).toEqual(['released']);
  });

  it('is held until the call has ended, also when what was given up ends before', async () => {
    const { rest, released, end, abandon } = working();
    abandon(Promise.resolve());
    await turn();
    expect(released).toEqual([]);
    rest.resolve('ok');
    await end;
    expect(released).toEqual(['released']);
  });

  it('is held by each of several', async () => {
    const outer: Promise<unknown>[] = [];
    const { rest, released, end, abandon } = working({ onAbandoned: (work) => outer.push(work) });
    const [one, other] = [deferred(), deferred()];
    abandon(one.promise);
    abandon(other.promise);
    rest.resolve('ok');
    await end;
    one.resolve('late');
    await turn();
    expect(released).toEqual([]);
    other.resolve('late');
    await turn();
    expect(released).toEqual(['released']);
    // Whoever is further out hears of it, too.
    expect(outer).toEqual([one.promise, other.promise]);
  });
});
