import { type ArgumentsHost, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/internal';
import { Metadata } from '@grpc/grpc-js';
import { RookeryError } from '@rookery/common';
import { firstValueFrom } from 'rxjs';
import { GatewayExceptionFilter } from './gateway-exception.filter.js';
import { ResilienceExceptionFilter } from './resilience-exception.filter.js';

class GoneError extends RookeryError {
  readonly code = 'GONE';
  override readonly status = 410;
}

const error = new GoneError('inside');
const filter = new ResilienceExceptionFilter(new HttpAdapterHost(), new GatewayExceptionFilter());

function hostOf(type: string, ...args: unknown[]): ArgumentsHost {
  const host = new ExecutionContextHost(args);
  host.setType(type);
  return host;
}

describe('ResilienceExceptionFilter', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('gives an error back to a kind of host that it does not know', () => {
    expect(() => filter.catch(error, hostOf('telegraf'))).toThrow(error);
  });

  it('ends a response whose headers are sent, and does nothing else to it', () => {
    const done: string[] = [];
    const adapter = {
      isHeadersSent: () => true,
      end: () => void done.push('end'),
      setHeader: () => void done.push('setHeader'),
      reply: () => void done.push('reply'),
    };
    const adapterHost = new HttpAdapterHost();
    adapterHost.httpAdapter = adapter as unknown as typeof adapterHost.httpAdapter;
    const waiting = Object.assign(new GoneError('inside'), { retryAfterMs: 1_000 });
    new ResilienceExceptionFilter(adapterHost, new GatewayExceptionFilter()).catch(
      waiting,
      hostOf('http', {}, {}),
    );
    expect(done).toEqual(['end']);
  });

  it('answers a gateway that it is bound to by hand', () => {
    const sent: unknown[] = [];
    const socket = { emit: (event: string, data: unknown) => void sent.push([event, data]) };
    filter.catch(error, hostOf('ws', socket, { id: '7' }, 'find'));
    const cause = { pattern: 'find', data: { id: '7' } };
    expect(sent).toEqual([
      ['exception', { status: 'error', code: 'GONE', statusCode: 410, message: 'Gone', cause }],
    ]);
  });

  it('keeps the error as the cause of what a GraphQL field fails with, for the plugins of the server', () => {
    expect(() => filter.catch(error, hostOf('graphql'))).toThrow(
      expect.objectContaining({ name: 'PublicGraphqlError', message: 'Gone', cause: error }),
    );
  });

  it('makes the metadata of its answer anew, so that nothing of the request goes back', async () => {
    const asked = new Metadata();
    asked.set('authorization', 'secret');
    const answer = filter.catch(error, hostOf('rpc', {}, asked, {}));
    const status = await firstValueFrom(answer!).catch((thrown: unknown) => thrown);
    expect((status as { metadata: Metadata }).metadata.getMap()).toEqual({ 'rookery-code': 'GONE' });
  });

  it('answers a gRPC call also when the code of the error fits into no trailer', async () => {
    const umlaut = Object.assign(new GoneError('inside'), { code: 'GRÖSSE' });
    const answer = filter.catch(umlaut, hostOf('rpc', {}, new Metadata(), {}));
    const status = await firstValueFrom(answer!).catch((thrown: unknown) => thrown);
    expect(status).toMatchObject({ code: 2, details: 'Gone' });
    expect((status as { metadata: Metadata }).metadata.getMap()).toEqual({});
  });

  it.each([[[]], [[null]], [['text', null]], [[{ metadata: new Map() }, new Map()]]])(
    'takes the arguments %j for those of no gRPC call',
    async (args) => {
      const answer = filter.catch(error, hostOf('rpc', ...args));
      expect(await firstValueFrom(answer!).catch((thrown: unknown) => thrown)).toEqual({
        status: 'error',
        code: 'GONE',
        statusCode: 410,
        message: 'Gone',
      });
    },
  );
});
