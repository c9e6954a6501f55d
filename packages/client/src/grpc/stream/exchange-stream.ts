import { status as Status } from '@grpc/grpc-js';
import { StatusReceived } from '../channel/call-failure.js';
import { type CallStart } from '../channel/call-start.js';
import { type MakeCall } from '../channel/call-endpoint.js';
import { noAnswer } from '../channel/unary-call.js';
import { noMetadata } from '../channel/metadata.js';
import { WireCall } from '../channel/wire-call.js';
import { type Mailbox } from './mailbox.js';
import { type SendRequests } from './send-requests.js';

/** Both directions of a stream. */
export interface StreamTraffic {
  readonly send: SendRequests;
  readonly mailbox: Mailbox<unknown>;
  readonly decode: (message: Buffer) => unknown;
  /** Called when a message has arrived, before its reader gets it. */
  readonly onMessage: () => void;
  /** Whether exactly one message is to be answered. */
  readonly single: boolean;
}

/** Makes one call that streams, and resolves when it has ended well or its reader has left. */
export const exchangeStream =
  (start: CallStart, traffic: StreamTraffic): MakeCall<void> =>
  async (channel, connected) => {
    const call = new WireCall(channel, start, connected);
    try {
      // A call that cannot be made fails at once, and must not use up what it would have sent.
      if (connected) traffic.send(call);
      await receive(call, traffic);
    } finally {
      call.giveUp();
    }
  };

async function receive(call: WireCall, traffic: StreamTraffic): Promise<void> {
  if (traffic.single) return receiveOne(call, traffic);
  do {
    const message = await call.next();
    if (!message) return;
    deliver(message, traffic);
  } while (await traffic.mailbox.wanted());
}

async function receiveOne(call: WireCall, traffic: StreamTraffic): Promise<void> {
  const message = await call.next();
  if (!message) throw noAnswer({ code: Status.OK, details: '', metadata: noMetadata() });
  deliver(message, traffic);
  if (await call.next()) throw tooMany();
}

function deliver(message: Buffer, { mailbox, decode, onMessage }: StreamTraffic): void {
  const value = decode(message);
  onMessage();
  mailbox.give(value);
}

function tooMany(): StatusReceived {
  const details = 'Too many responses received';
  return new StatusReceived({ code: Status.UNIMPLEMENTED, details, metadata: noMetadata() });
}
