import {
  Controller,
  Get,
  type MessageEvent,
  type ModuleMetadata,
  Post,
  Res,
  Sse,
  UseGuards,
} from '@nestjs/common';
import { GrpcMethod, MessagePattern, Payload } from '@nestjs/microservices';
import { currentContext, isRookeryError, remainingTime, Signal, systemClock } from '@rookery/common';
import { type ServerResponse } from 'node:http';
import { interval, map, type Observable, Subject } from 'rxjs';
import { Gate } from './workplace.js';

/** What became of the jobs of an app. */
export class JobLog {
  /** Every job that was begun, by name. */
  readonly begun: string[] = [];
  /** Why jobs were given up, by the codes of their signals' reasons. */
  readonly givenUp: unknown[] = [];
  readonly entered = new Gate();
  readonly release = new Gate();
  readonly ticks = new Subject<string>();

  /** A job that ends when its signal aborts. */
  wait(name: string, signal: AbortSignal): Promise<never> {
    this.begun.push(name);
    return new Promise((_resolve, reject) => {
      const giveUp = () => {
        this.givenUp.push(isRookeryError(signal.reason) ? signal.reason.code : signal.reason);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      this.entered.open();
    });
  }
}

const left = () => ({ left: remainingTime(systemClock) });

/** An app's parts whose jobs show what they know of their callers. */
export function limitedJobs(log: JobLog): ModuleMetadata {
  const hanging = {
    async canActivate() {
      log.entered.open();
      await log.release.passed;
      return true;
    },
  };

  @Controller()
  class Jobs {
    @Get('wait')
    wait(@Signal() signal: AbortSignal) {
      return log.wait('wait', signal);
    }

    // It neither looks at its signal nor ends in time.
    @Get('deaf')
    async deaf() {
      log.begun.push('deaf');
      await log.release.passed;
      return 'late';
    }

    @Get('left')
    left() {
      return left();
    }

    @Post('left')
    leftAfterBody() {
      return left();
    }

    @UseGuards(hanging)
    @Get('guarded')
    guarded() {
      log.begun.push('guarded');
      return 'ok';
    }

    @Sse('ticks')
    ticks(): Observable<MessageEvent> {
      return interval(5).pipe(
        map(() => ({ data: { ...left(), deadline: currentContext().deadline ?? 'none' } })),
      );
    }

    @Get('stream')
    async stream(
      @Res() reply: ServerResponse & { raw?: ServerResponse; hijack?: () => void },
      @Signal() signal: AbortSignal,
    ) {
      reply.hijack?.();
      const answer = reply.raw ?? reply;
      answer.writeHead(200, { 'Content-Type': 'text/plain' });
      answer.write('first ');
      log.entered.open();
      await log.release.passed;
      answer.end(signal.aborted ? 'cut' : 'last');
    }

    @MessagePattern('wait')
    waitForMessage(@Payload() _job: unknown, @Signal() signal: AbortSignal) {
      return log.wait('wait', signal);
    }

    @MessagePattern('left')
    leftOfMessage() {
      return left();
    }

    @MessagePattern('ticks')
    tick() {
      return log.ticks;
    }

    @GrpcMethod('Work', 'Do')
    call(@Payload() { name }: { name: string }, @Signal() signal: AbortSignal) {
      return name === 'left' ? { name: String(remainingTime(systemClock)) } : log.wait(name, signal);
    }
  }
  return { controllers: [Jobs] };
}
