import { unwrap } from './unwrap.js';

/**
 * The messages of a stream of the JSON gateway: one object a line, which chunks cut anywhere, also within a letter. It
 * throws what the server says in an `error`, and on a message of more than `largest` characters.
 */
export async function* decodeMessages(
  chunks: AsyncIterable<Uint8Array>,
  largest: number,
): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let size = 0;
  const add = (part: string): void => {
    size += part.length;
    if (size > largest) throw new Error(`it sent a message of more than ${largest} characters`);
    parts.push(part);
  };
  const take = (): string => {
    const line = parts.join('');
    parts = [];
    size = 0;
    return line.trim();
  };
  for await (const chunk of chunks) {
    const [first = '', ...lines] = decoder.decode(chunk, { stream: true }).split('\n');
    add(first);
    for (const line of lines) {
      const message = take();
      if (message) yield unwrap(JSON.parse(message));
      add(line);
    }
  }
  add(decoder.decode());
  const rest = take();
  if (rest) yield unwrap(JSON.parse(rest));
}
