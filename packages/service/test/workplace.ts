import {
  Controller,
  Get,
  Injectable,
  type LoggerService,
  type ModuleMetadata,
  type OnModuleDestroy,
  Res,
} from '@nestjs/common';
import { EventPattern, GrpcMethod, MessagePattern } from '@nestjs/microservices';
import { type ServerResponse } from 'node:http';

/** Something that happens when somebody says so. */
export class Gate {
  open = () => {};
  readonly passed = new Promise<void>((resolve) => (this.open = resolve));
}

/** What happened, in order, and the gates of the work that is under way. */
export class Workplace {
  readonly story: string[] = [];
  readonly entered = new Gate();
  readonly release = new Gate();

  async work(): Promise<{ name: string }> {
    this.story.push('begun');
    this.entered.open();
    await this.release.passed;
    this.story.push('finished');
    return { name: 'done' };
  }
}

/** An app's parts whose one job takes as long as the workplace says, by every protocol. */
export function partsOf(place: Workplace): ModuleMetadata {
  @Controller()
  class Jobs {
    @Get('quick')
    quick() {
      return 'ok';
    }

    @Get('work')
    @MessagePattern('work')
    work() {
      return place.work();
    }

    // A method can have one pattern only.
    @GrpcMethod('Work', 'Do')
    call() {
      return place.work();
    }

    @EventPattern('noted')
    noted(_note: unknown) {
      return place.work();
    }

    @Get('stream')
    async stream(@Res() reply: ServerResponse & { raw?: ServerResponse; hijack?: () => void }) {
      reply.hijack?.();
      const answer = reply.raw ?? reply;
      answer.writeHead(200, { 'Content-Type': 'text/plain' });
      answer.write('first ');
      await place.work();
      answer.end('last');
    }
  }

  @Injectable()
  class Pool implements OnModuleDestroy {
    onModuleDestroy() {
      place.story.push('destroyed');
    }
  }
  return { controllers: [Jobs], providers: [Pool] };
}

/** Keeps the warnings. */
export function warnings(): LoggerService & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    log() {},
    error: (line) => void lines.push(String(line)),
    warn: (line) => void lines.push(String(line)),
  };
}
