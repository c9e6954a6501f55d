import { randomUUID } from 'node:crypto';
import { sleep, systemClock, within } from '@rookery/common';
import {
  type BrokerEnvironment,
  type Claim,
  consumerName,
  type ConsumerSpec,
  type ConsumerStatus,
  type DeliveryStore,
  type Message,
  type MessageRow,
  type Outcome,
  type Publication,
  type Ring,
  toMessage,
} from '@rookery/events';
import { Listener } from '../connection/listener.js';
import { isOfTheData, mayHaveHappened, type PostgresLink } from '../connection/postgres-link.js';
import { type PostgresSettings } from '../postgres-broker.options.js';
import { type Append, Appending } from './appending.js';
import { Batcher } from './batcher.js';
import { newNodeLock, NODE_LOCK } from './node-lock.js';
import { toRegularExpression } from './pattern.js';
import { PostgresDeadLetters } from './postgres-dead-letters.js';
import { migrate } from './schema.js';
import { channelOf, type Statements, statementsFor } from './statements.js';
import { Upkeep } from './upkeep.js';

/** How long the last statements may take: a database that hangs must not stop the app from stopping. */
const GOODBYE_MS = 2_000;

type Held = Pick<Claim, 'consumer' | 'seq'>;

/** Deliveries in one schema of a database that all processes of a system share. */
export class PostgresStore implements DeliveryStore {
  readonly features = { durable: true, crossProcess: true, delay: true, orderedByKey: false };
  readonly deadLetters: PostgresDeadLetters;
  readonly #owner = randomUUID();
  readonly #statements: Statements;
  readonly #declared = new Map<string, ConsumerSpec>();
  /** The names of consumers by the numbers that notices have. */
  readonly #names = new Map<string, string>();
  readonly #appends: Batcher<Append, Publication>;
  readonly #done: Batcher<Claim, boolean>;
  readonly #listener: Listener;
  readonly #upkeep: Upkeep;
  #ring: Ring = () => {};
  #closing = false;

  constructor(
    private readonly link: PostgresLink,
    private readonly settings: PostgresSettings,
    private readonly environment: Pick<BrokerEnvironment, 'clock' | 'log'>,
  ) {
    const { schema } = settings;
    const { clock, log } = environment;
    const lock = newNodeLock();
    const now = () => this.#now();
    const statements = (this.#statements = statementsFor(schema));
    const appending = new Appending(link, statements, now, clock, settings.timeoutMs);
    this.deadLetters = new PostgresDeadLetters(link, statements);
    this.#appends = new Batcher((appends) => appending.all(appends), isOfTheData);
    this.#done = new Batcher((claims) => this.#finish(claims));
    const onNotice = (payload: string) => this.#hear(payload);
    const listener = (this.#listener = new Listener(link, {
      channel: channelOf(schema),
      lock: [NODE_LOCK, lock],
      onNotice,
    }));
    const redeclare = () => this.#redeclare();
    const owner = this.#owner;
    this.#upkeep = new Upkeep({
      link,
      statements,
      listener,
      settings,
      clock,
      log,
      now,
      owner,
      lock,
      redeclare,
    });
  }

  async open(ring: Ring): Promise<void> {
    this.#ring = ring;
    try {
      await migrate(this.link, this.settings.schema);
      await this.#upkeep.start();
    } catch (error) {
      await this.#listener.close();
      await this.link.close();
      throw error;
    }
    const { schema } = this.settings;
    this.environment.log.debug(`Events are kept in the schema ${schema} of ${this.link.server}.`);
  }

  async declare(consumer: ConsumerSpec): Promise<void> {
    await this.#declare(consumer);
    this.#declared.set(consumerName(consumer), consumer);
  }

  append(message: Message, delayMs: number): Promise<Publication> {
    return this.#appends.add({ message, delayMs });
  }

  async claim(consumer: string, limit: () => number, leaseMs: number): Promise<Claim[]> {
    const most = limit();
    if (most <= 0) return [];
    const rows = await this.link.rows<MessageRow & { seq: number; attempts: number }>(
      this.#statements.claim,
      [this.#now(), consumer, most, leaseMs, this.#owner],
    );
    return rows.map((row) => ({ consumer, seq: row.seq, attempt: row.attempts, message: toMessage(row) }));
  }

  async renew(claims: readonly Claim[], leaseMs: number): Promise<Claim[]> {
    const { consumers, seqs, attempts } = columns(claims);
    const values = [this.#now(), consumers, seqs, this.#owner, attempts, leaseMs];
    const renewed = namesOf(await this.link.rows<Held>(this.#statements.renew, values));
    return claims.filter((claim) => !renewed.has(nameOf(claim)));
  }

  async settle(claim: Claim, outcome: Outcome): Promise<boolean> {
    if (outcome.kind === 'done') return this.#done.add(claim);
    const { retry, release, bury } = this.#statements;
    const held = [claim.consumer, claim.seq, this.#owner, claim.attempt];
    const settle = async (): Promise<number> => {
      if (outcome.kind === 'release') return this.link.run(release, held);
      const { failure } = outcome;
      if (outcome.kind === 'dead') return this.link.run(bury, [...held, failure.at, JSON.stringify(failure)]);
      return this.link.run(retry, [this.#now(), ...held, Math.ceil(outcome.delayMs), failure.at]);
    };
    return (await this.#untilStored(settle, 1)) > 0;
  }

  async nextDue(consumer: string): Promise<number | undefined> {
    const values = [this.#now(), consumer];
    const [row] = await this.link.rows<{ wait: number }>(this.#statements.nextDue, values);
    return row?.wait;
  }

  status(): Promise<ConsumerStatus[]> {
    return this.link.rows<ConsumerStatus>(this.#statements.status, []);
  }

  async close(idle: boolean): Promise<void> {
    this.#closing = true;
    await this.#upkeep.stop();
    // With something still being handled, the entry stays: others release it when this process has ended.
    const goodbye = async () => {
      await this.#appends.idle();
      await this.#done.idle();
      if (idle) await this.link.run(this.#statements.leave, [this.#owner]);
    };
    await within(this.environment.clock, GOODBYE_MS, goodbye).catch(() => {});
    await this.#listener.close();
    await this.link.close();
  }

  async #declare(consumer: ConsumerSpec): Promise<boolean> {
    const { group, handler, patterns } = consumer;
    const name = consumerName(consumer);
    const values = [
      this.#now(),
      name,
      group,
      handler,
      JSON.stringify(patterns),
      toRegularExpression(patterns),
    ];
    const [row] = await this.link.rows<{ id: number; added: boolean }>(this.#statements.declare, values);
    this.#names.set(String(row?.id), name);
    return row?.added === true;
  }

  async #redeclare(): Promise<void> {
    for (const [name, consumer] of this.#declared) {
      if (!(await this.#declare(consumer))) continue;
      this.environment.log.warn(
        `The database had lost consumer ${name}, as when it comes from a backup: it has missed what was published meanwhile.`,
      );
    }
  }

  /**
   * What a handler has done must not be lost with a connection, so it is told again for as long as its lease is held; to do so
   * twice changes nothing. After a try of which nobody knows whether it was carried out, `unknown` is the answer.
   */
  async #untilStored<T>(store: () => Promise<T>, unknown: T): Promise<T> {
    const { clock } = this.environment;
    const end = clock.monotonic() + this.settings.leaseMs;
    for (let tries = 1, unsure = false; ; tries += 1) {
      try {
        const stored = await store();
        return unsure ? unknown : stored;
      } catch (error) {
        if (!mayHaveHappened(error) || this.#closing || clock.monotonic() >= end) throw error;
        unsure = true;
        await sleep(clock, Math.min(1_000, 50 * 2 ** tries));
      }
    }
  }

  /** The server's clock is the same for all hosts; a clock that an app brings rules over everything, as in tests. */
  #now(): number | null {
    const { clock } = this.environment;
    return clock === systemClock ? null : Math.floor(clock.now());
  }

  /** An empty notice, or too long a one, may be about anybody. */
  #hear(payload: string): void {
    if (payload === '') return this.#ring();
    const consumers = payload.split(',').flatMap((id) => this.#names.get(id) ?? []);
    if (consumers.length > 0) this.#ring(consumers);
  }

  async #finish(claims: readonly Claim[]): Promise<boolean[]> {
    const { consumers, seqs, attempts } = columns(claims);
    const values = [consumers, seqs, this.#owner, attempts];
    const finish = async () => {
      const finished = namesOf(await this.link.rows<Held>(this.#statements.done, values));
      return claims.map((claim) => finished.has(nameOf(claim)));
    };
    return this.#untilStored(
      finish,
      claims.map(() => true),
    );
  }
}

/** Always in the same order, so that two statements that lock many of them do not wait for each other. */
function columns(claims: readonly Claim[]) {
  const sorted = claims.toSorted((a, b) => a.seq - b.seq || (a.consumer < b.consumer ? -1 : 1));
  return {
    consumers: sorted.map(({ consumer }) => consumer),
    seqs: sorted.map(({ seq }) => seq),
    attempts: sorted.map(({ attempt }) => attempt),
  };
}

function nameOf({ consumer, seq }: Held): string {
  return `${seq} ${consumer}`;
}

function namesOf(all: readonly Held[]): ReadonlySet<string> {
  return new Set(all.map(nameOf));
}
