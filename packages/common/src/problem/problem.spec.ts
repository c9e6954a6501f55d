import { z } from 'zod';
import { isRookeryError } from '../errors/rookery.error.js';
import { PROBLEM_JSON, problemIn } from './problem-details.js';
import { isProblem, ProblemError } from './problem.error.js';
import { ProblemType } from './problem-type.js';
import { received } from './received.js';

const OUT_OF_STOCK = {
  type: 'https://shop.example/problems/out-of-stock',
  code: 'OUT_OF_STOCK',
  title: 'Not enough in stock',
  status: 409,
  members: z.object({ sku: z.string(), left: z.int() }),
};

class OutOfStock extends ProblemType(OUT_OF_STOCK) {
  get isGone(): boolean {
    return this.members.left === 0;
  }
}

class Closed extends ProblemType({
  type: 'urn:shop:closed',
  code: 'CLOSED',
  title: 'The shop is closed',
  status: 503,
}) {
  constructor(readonly until: Date) {
    super({}, { retryAfterMs: 90_000, detail: `until ${until.toISOString()}` });
  }
}

describe('a problem', () => {
  it('is an error with a code, a status and typed members', () => {
    const cause = new Error('row 7 is locked');
    const error = new OutOfStock(
      { sku: 'tea', left: 0 },
      { detail: 'none left', instance: '/orders/7', cause },
    );
    expect(error).toMatchObject({
      name: 'OutOfStock',
      code: 'OUT_OF_STOCK',
      status: 409,
      responseStatus: 409,
      cause,
    });
    expect(error.message).toBe('Not enough in stock: none left');
    expect(error.isGone).toBe(true);
    expect([isProblem(error), isRookeryError(error, 'OUT_OF_STOCK'), error instanceof ProblemError]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('says of itself what RFC 9457 knows and its members, and nothing else', () => {
    const cause = new Error('row 7 is locked');
    expect(new OutOfStock({ sku: 'tea', left: 0 }, { instance: '/orders/7', cause }).toProblem()).toEqual({
      type: OUT_OF_STOCK.type,
      title: OUT_OF_STOCK.title,
      status: 409,
      instance: '/orders/7',
      sku: 'tea',
      left: 0,
    });
  });

  it('lets no member pass for what the standard says', () => {
    const odd = { sku: 'tea', left: 0, status: 200, type: 'urn:other' };
    expect(new OutOfStock(odd).toProblem()).toMatchObject({ status: 409, type: OUT_OF_STOCK.type });
  });

  it('of another service has its class, and not what the constructor would have asked for', () => {
    const receipt = { request: 'GET shop/tea', status: 500 };
    const error = received(Closed, {}, { detail: 'for ever', retryAfterMs: 5 }, receipt);
    expect(error).toBeInstanceOf(Closed);
    expect(error).toMatchObject({
      name: 'Closed',
      status: 500,
      responseStatus: 502,
      retryAfterMs: 5,
      detail: 'for ever',
    });
    expect(error.message).toBe('GET shop/tea: The shop is closed');
    expect((error as Closed).until).toBeUndefined();
  });

  it.each([
    [{ type: '' }, 'type: Invalid value ""'],
    [{ type: 'about:blank' }, 'type: Invalid value "about:blank"'],
    [{ code: 'out of stock' }, 'code: Invalid value "out of stock"'],
    [{ status: 200 }, 'status: Invalid value 200'],
    [{ title: undefined }, 'title: Missing.'],
    [{ members: {} }, 'members: Invalid value an object. Use a schema that speaks Standard Schema'],
    [{ members: undefined, membres: OUT_OF_STOCK.members }, 'membres: Unknown option.'],
  ])('is refused when its kind is %p', (wrong, message) => {
    expect(() => ProblemType({ ...OUT_OF_STOCK, ...wrong } as never)).toThrow(message);
  });

  it('needs a kind', () => {
    expect(() => new ProblemError({})).toThrow('Extend ProblemType(');
  });
});

describe('the body of a problem', () => {
  it('is taken apart into what the standard knows and the members', () => {
    const body = { type: 'urn:x', title: 'X', status: 400, detail: 'd', instance: '/i', sku: 'tea' };
    const problem = problemIn(`${PROBLEM_JSON}; charset=utf-8`, body);
    expect(problem).toEqual({
      type: 'urn:x',
      title: 'X',
      status: 400,
      detail: 'd',
      instance: '/i',
      members: { sku: 'tea' },
    });
    expect(Object.getPrototypeOf(problem?.members)).toBeNull();
  });

  it('may leave everything out, and what has a wrong type counts as left out', () => {
    expect(problemIn(PROBLEM_JSON, {})).toEqual({ type: 'about:blank', members: {} });
    const wrong = { type: 7, title: null, status: '400', detail: [], instance: {} };
    expect(problemIn(PROBLEM_JSON, wrong)).toEqual({ type: 'about:blank', members: {} });
  });

  it.each([
    ['application/json', { type: 'urn:x' }],
    ['application/problem+jsonp', { type: 'urn:x' }],
    ['', { type: 'urn:x' }],
    [PROBLEM_JSON, [1]],
    [PROBLEM_JSON, 'text'],
    [PROBLEM_JSON, null],
    [PROBLEM_JSON, undefined],
  ])('is none of type %p with the body %j', (contentType, body) => {
    expect(problemIn(contentType, body)).toBeUndefined();
  });
});
