import { type RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { type HttpClientOptions, ProblemType } from '@rookery/client';
import { z } from 'zod';
import { answer, boot, closeAll, failureOf, serve } from './answers-support.js';

afterEach(closeAll);

class Known extends ProblemType({
  type: 'urn:known',
  code: 'KNOWN',
  title: 'Known',
  status: 400,
  members: z.looseObject({}),
}) {}

const TRANSPORTS: readonly NonNullable<HttpClientOptions['transport']>[] = ['axios', 'undici'];

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const pollution = '{"__proto__":{"polluted":true}}';

function* hundredMegabytes() {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  for (let sent = 0; sent < 1_600; sent += 1) yield chunk;
}

/** Writes for as long as the client reads. */
const endless: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  Readable.from(hundredMegabytes()).pipe(response);
};

const UNSAFE = expect.objectContaining({ code: 'INVALID_RESPONSE' });

/** What a client makes of what a server answers that means it harm. */
const REFUSED: readonly (readonly [string, RequestListener, unknown])[] = [
  ['__proto__ at the top', answer(200, 'application/json', pollution), UNSAFE],
  ['__proto__ further down', answer(200, 'application/json', `{"a":[{"b":${pollution}}]}`), UNSAFE],
  [
    '__proto__ in escapes',
    answer(200, 'application/json', '{"\\u005f\\u005fproto__":{"polluted":true}}'),
    UNSAFE,
  ],
  ['a prototype', answer(200, 'application/json', '{"constructor":{"prototype":{"polluted":true}}}'), UNSAFE],
  ['a depth of 200,000', answer(200, 'application/json', nested(200_000)), UNSAFE],
  ['a depth without an end', answer(200, 'application/json', '{"a":'.repeat(200_000)), UNSAFE],
  ['100 MB', endless, expect.objectContaining({ code: 'ANSWER_TOO_LARGE' })],
  [
    'a problem with __proto__',
    answer(400, 'application/problem+json', `{"type":"urn:known","__proto__":{"polluted":true}}`),
    // What cannot be trusted is no problem; its text is kept as it came.
    expect.objectContaining({
      name: 'HttpStatusError',
      status: 400,
      problem: undefined,
      body: expect.any(String),
    }),
  ],
  [
    'a problem with __proto__ in a member',
    answer(400, 'application/problem+json', `{"type":"urn:known","a":${pollution}}`),
    expect.objectContaining({ name: 'HttpStatusError', problem: undefined }),
  ],
  [
    'a problem of a depth of 200,000',
    answer(400, 'application/problem+json', `{"type":"urn:known","a":${nested(200_000)}}`),
    expect.objectContaining({ name: 'HttpStatusError', problem: undefined }),
  ],
  [
    'a problem with the names of methods',
    answer(
      400,
      'application/problem+json',
      '{"type":"urn:known","toString":1,"hasOwnProperty":2,"constructor":3}',
    ),
    expect.objectContaining({ name: 'Known', members: { toString: 1, hasOwnProperty: 2, constructor: 3 } }),
  ],
  [
    'a problem whose type is no kind but a name of Object',
    answer(400, 'application/problem+json', '{"type":"constructor"}'),
    expect.objectContaining({ name: 'HttpStatusError', problem: { type: 'constructor', members: {} } }),
  ],
  [
    'a redirect to another host',
    answer(302, 'application/json', '{}', { location: 'http://169.254.169.254/' }),
    expect.objectContaining({ name: 'HttpStatusError', status: 302 }),
  ],
];

const manyKeys = () => `{${Array.from({ length: 500_000 }, (_, key) => `"k${key}":1`).join(',')}}`;

const READ: readonly (readonly [string, RequestListener, (value: unknown) => unknown, unknown])[] = [
  [
    '500,000 keys',
    answer(200, 'application/json', manyKeys()),
    (value) => Object.keys(value as object).length,
    500_000,
  ],
  [
    'a text of 1 MB',
    answer(200, 'application/json', JSON.stringify('x'.repeat(1_048_576))),
    (value) => (value as string).length,
    1_048_576,
  ],
  [
    'a number beyond numbers',
    answer(200, 'application/json', '{"n":1e400}'),
    (value) => value,
    { n: Infinity },
  ],
  [
    'a key twice',
    answer(200, 'application/json', '{"role":"user","role":"admin"}'),
    (value) => value,
    { role: 'admin' },
  ],
  [
    'brackets in a text',
    answer(200, 'application/json', JSON.stringify('['.repeat(200_000))),
    (value) => (value as string).length,
    200_000,
  ],
];

describe.each(TRANSPORTS)('over %s a server that answers with', (transport) => {
  it.each(REFUSED)('%s is refused', async (_what, listener, refusal) => {
    const { port, seen } = await serve(listener);
    const { client } = await boot([port], { transport, errors: [Known] });
    expect(await failureOf(client.get('/'))).toEqual(refusal);
    expect(seen).toHaveLength(1);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each(READ)('%s does no harm', async (_what, listener, look, seenAs) => {
    const { port } = await serve(listener);
    const { client } = await boot([port], { transport });
    expect(look(await client.get('/'))).toEqual(seenAs);
  });

  it('a number beyond numbers is refused by a schema', async () => {
    const { port } = await serve(answer(200, 'application/json', '{"n":1e400}'));
    const { client } = await boot([port], { transport });
    const schema = z.object({ n: z.number() });
    expect(await failureOf(client.get('/', { schema }))).toMatchObject({ issues: [{ path: 'n' }] });
  });
});
