import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryBroker, sqliteBroker } from '@rookery/events';
import { brokerConformance } from '@rookery/events/testing';

brokerConformance('the memory broker', () => ({ factory: memoryBroker() }), {
  durable: false,
  crossProcess: false,
  delay: true,
  orderedByKey: false,
});

brokerConformance(
  'the SQLite broker',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'rookery-events-'));
    return {
      factory: sqliteBroker({ file: join(directory, 'events.db') }),
      cleanup: () => rmSync(directory, { recursive: true }),
    };
  },
  { durable: true, crossProcess: true, delay: true, orderedByKey: false },
);
