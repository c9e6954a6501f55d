import { type Clock } from '@rookery/common';
import { type Message, type Publication } from '@rookery/events';
import { mayHaveHappened, type PostgresLink } from '../connection/postgres-link.js';
import { type Statements } from './statements.js';

export interface Append {
  readonly message: Message;
  readonly delayMs: number;
}

/** How often a statement is made of which nobody knows whether it was carried out. */
const MOST_TRIES = 4;

/** Stores events with a delivery for each consumer that matches, several in one statement. */
export class Appending {
  constructor(
    private readonly link: PostgresLink,
    private readonly statements: Statements,
    private readonly now: () => number | null,
    private readonly clock: Clock,
    /** How long a publisher waits, over all tries, in milliseconds. */
    private readonly timeoutMs: number,
  ) {}

  async all(appends: readonly Append[]): Promise<Publication[]> {
    const firsts = new Map<string, Append>();
    for (const append of appends) {
      const identity = identityOf(append.message);
      if (!firsts.has(identity)) firsts.set(identity, append);
    }
    const { stored, unsure } = await this.#store([...firsts.values()]);
    const others = [...firsts].filter(([identity]) => !stored.has(identity)).map(([, append]) => append);
    const known = await this.#typesOf(others);
    return appends.map((append) => {
      const { message } = append;
      const identity = identityOf(message);
      const first = firsts.get(identity) === append;
      const type = known.get(identity) ?? firsts.get(identity)?.message.type ?? message.type;
      // An earlier try may have stored it, and its answer got lost.
      const ours = stored.has(identity) || (unsure && type === message.type);
      return first && ours ? { duplicate: false } : { duplicate: true, known: type };
    });
  }

  async #store(appends: readonly Append[]): Promise<{ stored: ReadonlySet<string>; unsure: boolean }> {
    const column = <T>(value: (append: Append) => T) => appends.map(value);
    const values = [
      column(({ message }) => message.source),
      column(({ message }) => message.id),
      column(({ message }) => message.type),
      column(({ message }) => message.key ?? null),
      column(({ message }) => message.body),
      column(({ delayMs }) => Math.ceil(delayMs)),
    ];
    let unsure = false;
    const end = this.clock.monotonic() + this.timeoutMs;
    for (let tries = 1; ; tries += 1) {
      try {
        const rows = await this.link.rows<Identity>(this.statements.append, [this.now(), ...values]);
        return { stored: new Set(rows.map(identityOf)), unsure };
      } catch (error) {
        if (!mayHaveHappened(error) || tries === MOST_TRIES || this.clock.monotonic() >= end) throw error;
        unsure = true;
      }
    }
  }

  async #typesOf(appends: readonly Append[]): Promise<ReadonlyMap<string, string>> {
    if (appends.length === 0) return new Map();
    const messages = appends.map(({ message }) => message);
    const rows = await this.link.rows<Identity & { type: string }>(this.statements.typesOf, [
      messages.map(({ source }) => source),
      messages.map(({ id }) => id),
    ]);
    return new Map(rows.map((row) => [identityOf(row), row.type]));
  }
}

interface Identity {
  readonly source: string;
  readonly id: string;
}

function identityOf({ source, id }: Identity): string {
  return JSON.stringify([source, id]);
}
