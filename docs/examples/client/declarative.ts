import {
  Body,
  Get,
  HttpCode,
  Injectable,
  Module,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Query,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientModule, HttpStatusError } from '@rookery/client';
import { CallOptions, remote, type Served, ServeContract, ServiceClient } from '@rookery/client/contract';
import { contractDrift } from '@rookery/client/testing';
import { messageOf } from '@rookery/common';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';

interface Book {
  readonly id: number;
  readonly title: string;
}

// #region example
// What both sides share.
@ServiceClient('library', { path: 'books' })
export abstract class LibraryApi {
  @Get()
  search(
    @Query('title') title: string,
    @Query('page', new ParseIntPipe({ optional: true })) page?: number,
  ): Promise<Book[]> {
    return remote(title, page);
  }

  @Get(':id')
  find(@Param('id', ParseIntPipe) id: number, @CallOptions() options?: CallOptions): Promise<Book> {
    return remote(id, options);
  }

  @CallOptions({ idempotent: true }) // so that it may be tried again
  @HttpCode(204)
  @Post(':id/return')
  giveBack(@Param('id', ParseIntPipe) id: number, @Body('note') note: string): Promise<void> {
    return remote(id, note);
  }
}

// Who serves it. Routes, pipes and statuses are the contract's.
@ServeContract(LibraryApi)
export class LibraryController implements Served<LibraryApi> {
  readonly #books: Book[] = [{ id: 7, title: 'The rooks' }];

  search(title: string): Book[] {
    return this.#books.filter((book) => book.title.includes(title));
  }

  find(id: number): Book {
    const book = this.#books.find((one) => one.id === id);
    if (!book) throw new NotFoundException(`There is no book ${id}.`);
    return book;
  }

  giveBack(_id: number, _note: string): void {}
}

@Module({ controllers: [LibraryController] })
export class LibraryModule {}

// Who calls it.
@Injectable()
export class Readers {
  constructor(private readonly library: LibraryApi) {}

  async titleOf(id: number): Promise<string> {
    return (await this.library.find(id, { timeout: '500ms' })).title;
  }
}

@Module({
  imports: [
    DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
    ResilienceModule.forRoot(),
    ClientModule.forFeature([{ client: LibraryApi, timeout: '2s' }]), // or, for what is usual, [LibraryApi]
  ],
  providers: [Readers],
})
export class ReadersModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const server = await NestFactory.create(LibraryModule, { logger: false, snapshot: true });
  await server.listen(0, '127.0.0.1');
  const app = await NestFactory.createApplicationContext(ReadersModule, { logger: false });
  const { hostname: host, port } = new URL(await server.getUrl());
  await app.get(ServiceRegistry).register({ service: 'library', host, port: Number(port) });

  const library = app.get(LibraryApi, { strict: false });
  print(await app.get(Readers).titleOf(7));
  print(JSON.stringify(await library.search('rook')));
  print(String(await library.giveBack(7, 'A fine book')));
  print(await library.find(8).then(String, (error: unknown) => (error as HttpStatusError).message));

  print(`not served: ${contractDrift(server, LibraryApi).length} methods`); // as a test of the library's says it
  const mock: Pick<LibraryApi, 'find'> = { find: async (id) => ({ id, title: 'A mock' }) };
  print(await new Readers(mock as LibraryApi).titleOf(7));
  print(refusal());
  await app.close();
  await server.close();
}

function refusal(): string {
  try {
    ServeContract(LibraryApi)(class Forgetful {} as never);
    return 'nothing';
  } catch (error) {
    return messageOf(error);
  }
}
// #endregion
