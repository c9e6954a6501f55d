import { type INestApplication } from '@nestjs/common';
import { Args, GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ResilienceModule, Timeout } from '../src/index.js';
import { errorNamed, INSIDE } from './remote-errors.js';

@Resolver()
class Root {
  @Query('fail')
  fail(@Args('how') how: string) {
    throw errorNamed(how);
  }

  @Query('slow')
  @Timeout(1)
  slow() {
    return new Promise<string>(() => {});
  }

  @Query('fine')
  fine() {
    return 'fine';
  }

  @Query('own')
  own() {
    throw Object.assign(new Error('of my own'), { extensions: { reason: 'mine' } });
  }
}

const typeDefs = 'type Query { fail(how: String!): String, slow: String, fine: String, own: String }';

describe('errors of a GraphQL field', () => {
  const lines: string[] = [];
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRoot(),
        GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, typeDefs }),
      ],
      providers: [Root],
    }).compile();
    const logger = { log() {}, warn() {}, error: (entry: unknown) => void lines.push(String(entry)) };
    app = module.createNestApplication(new FastifyAdapter(), { logger });
    await app.listen(0, '127.0.0.1');
  });

  beforeEach(() => lines.splice(0));

  afterAll(() => app.close());

  async function ask(query: string) {
    const response = await fetch(`${await app.getUrl()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    expect(text).not.toContain(INSIDE);
    return { status: response.status, ...(JSON.parse(text) as { data: unknown; errors?: unknown[] }) };
  }

  it.each([
    ['busy', 'Service Unavailable', { code: 'BUSY', statusCode: 503, retryAfterMs: 1_501 }],
    ['soon', 'Service Unavailable', { code: 'BUSY', statusCode: 503 }],
    ['limited', 'Too Many Requests', { code: 'BUSY', statusCode: 429, retryAfterMs: 20 }],
    ['foreign', 'Gateway Timeout', { code: 'FOREIGN', statusCode: 504 }],
  ])('tell the client in its extensions that it is %s', async (how, message, extensions) => {
    const { data, errors } = await ask(`{ fine fail(how: "${how}") }`);
    expect(data).toEqual({ fine: 'fine', fail: null });
    expect(errors).toEqual([expect.objectContaining({ message, path: ['fail'], extensions })]);
    expect(lines).toEqual([]);
  });

  it('of a policy come in the same way', async () => {
    expect((await ask('{ slow }')).errors).toMatchObject([
      { message: 'Gateway Timeout', extensions: { code: 'TIMEOUT', statusCode: 504 } },
    ]);
  });

  it('say nothing of an error without a status, and log it', async () => {
    expect((await ask('{ fail(how: "statusless") }')).errors).toMatchObject([
      { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR', statusCode: 500 } },
    ]);
    expect(lines).toEqual([expect.stringContaining(INSIDE)]);
  });

  it("leave the app's own errors alone", async () => {
    expect((await ask('{ own }')).errors).toMatchObject([
      { message: 'of my own', extensions: { reason: 'mine' } },
    ]);
  });
});
