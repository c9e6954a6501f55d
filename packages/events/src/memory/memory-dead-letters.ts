import { consumerName } from '../broker/consumer-spec.js';
import { type DeadLetterFilter, type DeadLetterStore, type DeadRecord } from '../broker/dead-letter-store.js';
import { type MemoryState } from './memory-state.js';

/** The dead letters of a memory broker. */
export class MemoryDeadLetters implements DeadLetterStore {
  constructor(private readonly state: MemoryState) {}

  add(record: Omit<DeadRecord, 'id'>): void {
    const id = String(this.state.nextSeq());
    this.state.dead.set(id, { ...record, id });
  }

  count(group: string, handler: string): number {
    return this.#find({ group, handler }).length;
  }

  async list(filter: DeadLetterFilter): Promise<DeadRecord[]> {
    return this.#find({ limit: 100, ...filter });
  }

  async replay(filter: DeadLetterFilter): Promise<number> {
    const replayed = this.#find(filter).filter((record) => this.#putBack(record));
    this.state.ring(replayed.map(consumerName));
    return replayed.length;
  }

  async discard(filter: DeadLetterFilter): Promise<number> {
    const discarded = this.#find(filter);
    for (const { id } of discarded) this.state.dead.delete(id);
    return discarded.length;
  }

  #find({ group, handler, type, ids, limit }: DeadLetterFilter): DeadRecord[] {
    const found = [...this.state.dead.values()].filter(
      (record) =>
        (group ?? record.group) === record.group &&
        (handler ?? record.handler) === record.handler &&
        (type ?? record.message.type) === record.message.type &&
        (ids?.includes(record.id) ?? true),
    );
    return found.slice(0, limit);
  }

  #putBack(record: DeadRecord): boolean {
    const consumer = this.state.consumers.get(consumerName(record));
    if (!consumer) return false;
    const seq = this.state.nextSeq();
    consumer.ready.set(seq, { seq, message: record.message, attempts: 0, due: 0 });
    return this.state.dead.delete(record.id);
  }
}
