import { decodeMessages } from './decode-messages.js';

const LARGEST = 100;

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function decoded(text: string, chunkSize: number, largest = LARGEST): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const message of decodeMessages(inChunks(Buffer.from(text), chunkSize), largest))
    messages.push(message);
  return messages;
}

describe('a stream of messages', () => {
  const text = '{"result":{"a":"ünï 🐦"}}\n\n{"result":{"b":"\\n"}}\r\n{"result":[1]}';
  const messages = [{ a: 'ünï 🐦' }, { b: '\n' }, [1]];

  it.each([1, 2, 3, 5, 8, 13, 1_000])('is the same in chunks of %i bytes', async (size) => {
    expect(await decoded(text, size)).toEqual(messages);
    expect(await decoded(`${text}\n`, size)).toEqual(messages);
  });

  it('is empty when nothing comes', async () => {
    expect(await decoded('', 1)).toEqual([]);
    expect(await decoded('\n\n', 1)).toEqual([]);
  });

  it('throws what the server says in an error, after what came before it', async () => {
    const seen: unknown[] = [];
    const failing = '{"result":1}\n{"error":{"grpc_code":14,"message":"no leader"}}\n{"result":2}\n';
    const reading = async () => {
      for await (const message of decodeMessages(inChunks(Buffer.from(failing), 1_000), LARGEST))
        seen.push(message);
    };
    await expect(reading()).rejects.toMatchObject({ message: 'no leader', grpcCode: 14 });
    expect(seen).toEqual([1]);
  });

  it('throws on what is no JSON, and on a message that was cut off', async () => {
    await expect(decoded('hello\n', 1)).rejects.toThrow('JSON');
    await expect(decoded('{"result":', 1)).rejects.toThrow('JSON');
  });

  it('throws on a message that is too large before it has all of it, and not on many small ones', async () => {
    const small = '{"result":1}\n'.repeat(100);
    expect(await decoded(small, 7, 20)).toHaveLength(100);
    expect(await decoded(small, 100_000, 20)).toHaveLength(100);
    let read = 0;
    const endless = async function* () {
      for (;;) {
        read += 10;
        yield Buffer.from('x'.repeat(10));
      }
    };
    await expect(decodeMessages(endless(), 100).next()).rejects.toThrow('more than 100 characters');
    expect(read).toBe(110);
  });
});
