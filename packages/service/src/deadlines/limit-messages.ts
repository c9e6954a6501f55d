import { LISTENING_TRANSPORTS, onSocketClose, type RpcServer, unlessAborted } from '@rookery/common';
import { isObservable, throwError } from 'rxjs';
import { endWithGrpc, grpcBudget, grpcCallOf } from './grpc-call.js';
import { InboundCall } from './inbound-call.js';
import { budgetOf, type InboundLimits } from './inbound-limits.js';
import { limitedAnswers } from './limited-answers.js';
import { messageAnswer } from './over-answers.js';
import { socketOf, timeoutField } from './message-facts.js';

type Handler = (...args: unknown[]) => unknown;

/** The seams of Nest's servers at which handlers come in, before the server listens. A custom strategy may lack them. */
interface HandlerHolder {
  addHandler?(pattern: unknown, handler: Handler, isEvent?: boolean, extras?: object): void;
  /** Of gRPC: here it is known what the contract says of the method. */
  createServiceMethod?(handler: Handler, method: ContractMethod, kind: string): unknown;
}

interface ContractMethod {
  readonly requestStream?: boolean;
  readonly responseStream?: boolean;
}

/**
 * Has every message that is to be answered end with its sender's time, or when its sender leaves. Events are handled
 * whatever became of who sent them: nobody waits for an answer.
 */
export function limitMessages(server: RpcServer & HandlerHolder, limits: InboundLimits): void {
  if (server.transportId === LISTENING_TRANSPORTS.grpc) return limitGrpcCalls(server, limits);
  const add = server.addHandler?.bind(server);
  if (!add) return;
  server.addHandler = (pattern, handler, isEvent, extras) =>
    add(pattern, isEvent ? handler : limited(handler, limits, openMessage), isEvent, extras);
}

function limitGrpcCalls(server: HandlerHolder, limits: InboundLimits): void {
  const create = server.createServiceMethod?.bind(server);
  if (!create) return;
  server.createServiceMethod = (handler, method, kind) => {
    const streams = method.requestStream === true || method.responseStream === true;
    const ours = limited(handler, limits, grpcOpener(streams));
    // Nest tells its hooks by the name which method is called.
    Object.defineProperty(ours, 'name', { value: handler.name });
    return create(ours, method, kind);
  };
}

/** A message that has arrived: its call, and how the answer is written when it is over too early. */
interface Opened {
  readonly call: InboundCall;
  readonly answer: (reason: unknown) => object;
  readonly close: () => void;
}

type Open = (args: readonly unknown[], limits: InboundLimits) => Opened;

function limited(handler: Handler, limits: InboundLimits, open: Open): Handler {
  return async (...args) => {
    const { call, answer, close } = open(args, limits);
    const { signal } = call;
    const finish = () => {
      call.settle();
      close();
    };
    try {
      signal.throwIfAborted();
      const result = await unlessAborted(
        signal,
        call.run(async () => handler(...args)),
      );
      if (isObservable(result)) return limitedAnswers(result, call, answer, finish);
      finish();
      return result;
    } catch (error) {
      finish();
      if (signal.aborted && error === signal.reason) return throwError(() => answer(error));
      throw error;
    }
  };
}

const openMessage: Open = ([, context], limits) => {
  const socket = socketOf(context);
  const said = socket && !limits.believes(socket) ? undefined : timeoutField(context);
  const call = new InboundCall(limits.clock, { budgetMs: budgetOf(said, limits) });
  const close = socket ? onSocketClose(socket, () => call.callerLeft()) : () => {};
  return { call, close, answer: (reason) => messageAnswer(reason, false) };
};

function grpcOpener(streams: boolean): Open {
  return (args, limits) => {
    const grpc = grpcCallOf(args);
    const call = new InboundCall(limits.clock, { budgetMs: grpc && grpcBudget(grpc, streams, limits) });
    if (grpc) endWithGrpc(grpc, call, limits.clock);
    return { call, close: () => {}, answer: (reason) => messageAnswer(reason, true) };
  };
}
