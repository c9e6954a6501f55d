import { readEntries } from './read-entries.js';
import { type Session } from './nats-link.js';

/** More than anybody waits for. */
async function* written() {
  for (let revision = 1; revision <= 10_000; revision += 1) yield { key: 's.a', revision };
}

/** A bucket in which one entry is written for ever, a hundred times between two questions which is the last. */
function busySession(): Session {
  let asked = 0;
  const session = {
    connection: { isClosed: () => false },
    manager: { streams: { getMessage: async () => ({ seq: (asked += 100) }) } },
    bucket: { history: async () => written() },
  };
  return session as unknown as Session;
}

describe('the reading of a bucket', () => {
  it('ends although something newer has been written whenever it is asked', async () => {
    const found = await readEntries(busySession(), 'KV_users', 's.>');
    expect(found).toHaveLength(2_000);
  });
});
