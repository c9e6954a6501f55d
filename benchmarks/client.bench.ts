import { overGrpc } from './client/grpc.ts';
import { inTurn, over, type Pair } from './client/load.ts';
import { ours } from './client/ours.ts';
import { serve } from './client/serve.ts';
import { twins } from './client/twins.ts';
import { type Measured, type Suite } from './suite.ts';

/** Calls of another service, 32 in flight: how many a second, and what a client adds to the slowest of a hundred. */
const client: Suite = async () => {
  const server = await serve();
  const our = await ours(server.port);
  const their = twins(server.port);
  try {
    const undici = await inTurn(our.undici, their.undici);
    return {
      undici: perSecond(undici, 'a bare undici pool'),
      axios: perSecond(await inTurn(our.axios, their.pooled), 'the bare HttpService with the same engine'),
      'axios-stock': perSecond(await inTurn(our.axios, their.stock), 'the stock HttpService'),
      'undici-stock': perSecond(await inTurn(our.undici, their.stock), 'the stock HttpService'),
      'added-p99': addedP99(undici),
      grpc: perSecond(await overGrpc(), 'bare grpc-js'),
    };
  } finally {
    await Promise.all([our.close(), their.close()]);
    await server.stop();
  }
};

export default client;

function perSecond(pairs: readonly Pair[], against: string): Measured {
  return {
    value: over(pairs, ({ ours: own }) => own.perSecond),
    unit: 'calls/s',
    ratio: over(pairs, ({ ours: own, theirs }) => own.perSecond / theirs.perSecond),
    against: `${against} (${over(pairs, ({ theirs }) => theirs.perSecond).toFixed(0)} calls/s)`,
  };
}

function addedP99(pairs: readonly Pair[]): Measured {
  return {
    value: over(pairs, ({ ours: own, theirs }) => own.p99Ms - theirs.p99Ms),
    unit: 'ms',
    ratio: over(pairs, ({ ours: own, theirs }) => own.p99Ms / theirs.p99Ms),
    against: `a bare undici pool (p99 ${over(pairs, ({ theirs }) => theirs.p99Ms).toFixed(2)} ms)`,
  };
}
