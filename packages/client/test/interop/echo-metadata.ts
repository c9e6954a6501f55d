import { Metadata, type ServerInterceptor, ServerInterceptingCall } from '@grpc/grpc-js';

const INITIAL = 'x-grpc-test-echo-initial';
const TRAILING = 'x-grpc-test-echo-trailing-bin';

/** Sends the metadata back that ask for it, as the test service has to. */
export const echoMetadata: ServerInterceptor = (_method, call) => {
  let received = new Metadata();
  return new ServerInterceptingCall(call, {
    start: (next) =>
      next({
        onReceiveMetadata(metadata, pass) {
          received = metadata.clone();
          pass(metadata);
        },
      }),
    sendMetadata: (metadata, pass) => pass(copied(received, metadata, INITIAL)),
    sendStatus: (ended, pass) =>
      pass({ ...ended, metadata: copied(received, ended.metadata ?? new Metadata(), TRAILING) }),
  });
};

function copied(from: Metadata, to: Metadata, key: string): Metadata {
  for (const value of from.get(key)) to.set(key, value);
  return to;
}
