import { postgresSettings } from './postgres-broker.options.js';

describe('options of the PostgreSQL broker', () => {
  it('have defaults', () => {
    expect(postgresSettings({})).toEqual({
      url: 'postgres://127.0.0.1:5432/postgres',
      schema: 'rookery',
      connections: 5,
      timeoutMs: 10_000,
      retentionMs: 86_400_000,
      maxRetained: 1_000_000,
      deadLetterRetentionMs: 30 * 86_400_000,
      consumerExpiryMs: 7 * 86_400_000,
      leaseMs: 30_000,
    });
  });

  it.each([
    [
      { url: 'mysql://x' },
      'url: Invalid value "mysql://x". Use a URL such as \'postgres://user@host:5432/database\'.',
    ],
    [{ url: '127.0.0.1:5432' }, 'url: Invalid value'],
    [{ schema: 'a"; DROP SCHEMA public; --' }, 'schema: Invalid value'],
    [{ schema: 'Shop' }, 'schema: Invalid value'],
    [{ schema: 'pg_shop' }, 'schema: Invalid value'],
    [{ schema: 'x'.repeat(41) }, 'schema: Invalid value'],
    [{ connections: 0 }, 'connections: Invalid value 0'],
    [{ timeout: '1ms' }, 'timeout: Invalid value'],
    [{ lease: 10 }, 'lease: Invalid value 10'],
    [{ consumerExpiry: '1s' }, 'consumerExpiry: Invalid value'],
    [{ table: 'x' }, 'table: Unknown option'],
  ])('are refused: %j', (options, message) => {
    expect(() => postgresSettings(options as object)).toThrow(message);
  });

  it('are whole numbers, as the columns are', () => {
    expect(postgresSettings({ lease: '1.2345678s', retention: 0.5 })).toMatchObject({
      leaseMs: 1_235,
      retentionMs: 1,
    });
  });

  it('show no password when they are refused', () => {
    for (const url of ['http://ada:s3cret@db/shop', 'ada:s3cret@db:5432/shop']) {
      const settle = () => postgresSettings({ url });
      expect(settle).toThrow('url: Invalid value');
      expect(settle).not.toThrow('s3cret');
    }
  });
});
