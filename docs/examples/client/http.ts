import { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Post,
  Put,
  Query,
  Req,
  StreamableFile,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientModule, HttpServiceClient, HttpStatusError, InjectHttpClient } from '@rookery/client';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';
import { z } from 'zod';

@Controller('documents')
class DocumentsController {
  readonly #titles = new Map([['7', 'On rooks']]);

  @Get()
  search(@Query('q') q: string, @Query('tag') tags: string | string[]) {
    return { q, tags };
  }

  @Get(':id')
  find(@Param('id') id: string) {
    const title = this.#titles.get(id);
    if (title === undefined) throw new NotFoundException(`There is no document ${id}.`);
    return { id: Number(id), title };
  }

  @Post()
  create(@Body('title') title: string) {
    this.#titles.set('8', title);
    return { id: 8, title };
  }

  @Put(':id/content')
  @HttpCode(200)
  async store(@Req() request: Readable) {
    return { bytes: (await text(request)).length };
  }

  @Get(':id/content')
  @Header('content-type', 'text/plain')
  content() {
    return new StreamableFile(Readable.from(['caw, ', 'caw, ', 'caw']));
  }
}

@Module({ controllers: [DocumentsController] })
class DocumentsModule {}

// #region example
const Document = z.object({ id: z.number(), title: z.string() });

@Injectable()
export class Library {
  constructor(@InjectHttpClient('documents') private readonly documents: HttpServiceClient) {}

  // Typed by its schema, and held to it.
  find(id: number) {
    return this.documents.get('/documents/:id', { params: { id }, schema: Document });
  }

  search(q: string, tag: string[]): Promise<unknown> {
    return this.documents.get('/documents', { query: { q, tag }, timeout: '500ms' });
  }

  create(title: string) {
    return this.documents.post('/documents', { title }, { schema: Document });
  }

  store(id: number, content: Readable): Promise<unknown> {
    const headers = { 'content-type': 'text/plain' };
    return this.documents.put('/documents/:id/content', content, { params: { id }, headers });
  }

  // However long it is: it is read as fast as it is written, and no faster.
  async copy(id: number, to: Writable): Promise<void> {
    const { body } = await this.documents.stream('GET', '/documents/:id/content', { params: { id } });
    await pipeline(body, to);
  }
}

@Module({
  imports: [
    DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
    ResilienceModule.forRoot(),
    ClientModule.forFeature([{ service: 'documents', transport: 'undici', maxResponseSize: 1_000_000 }]),
  ],
  providers: [Library],
})
export class LibraryModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const server = await NestFactory.create(DocumentsModule, { logger: false });
  await server.listen(0, '127.0.0.1');
  const app = await NestFactory.createApplicationContext(LibraryModule, { logger: false });
  const port = Number(new URL(await server.getUrl()).port);
  await app.get(ServiceRegistry).register({ service: 'documents', host: '127.0.0.1', port });

  const library = app.get(Library);
  print((await library.find(7)).title);
  print(JSON.stringify(await library.search('rooks & crows', ['birds', 'black'])));
  print(JSON.stringify(await library.create('On crows')));
  print(JSON.stringify(await library.store(8, Readable.from(['caw ', 'caw']))));
  const copied: Buffer[] = [];
  const disk = new Writable({
    write(chunk: Buffer, _encoding, done) {
      copied.push(chunk);
      done();
    },
  });
  await library.copy(8, disk);
  print(Buffer.concat(copied).toString());
  await library.find(9).catch((error: HttpStatusError) => {
    print(`${error.message}, as ${JSON.stringify(error.body)}`);
  });
  await app.close();
  await server.close();
}
// #endregion
