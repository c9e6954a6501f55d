import { type DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** Values by the names that stand for them in the statement, as in `:id`. */
export type Values = Readonly<Record<string, SQLInputValue>>;

/** A database whose statements are compiled once. Texts are constants of the code, so their number is bounded. */
export class Statements {
  readonly #compiled = new Map<string, StatementSync>();

  constructor(private readonly db: DatabaseSync) {}

  /** The rows; `Row` is what the caller knows the statement to return. */
  all<Row>(sql: string, values: Values = {}): Row[] {
    return this.#prepare(sql).all(values) as Row[];
  }

  /** The first row, if any. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what its statement returns
  first<Row>(sql: string, values: Values = {}): Row | undefined {
    return this.#prepare(sql).get(values) as Row | undefined;
  }

  /** Runs the statement and returns how many rows it changed. */
  run(sql: string, values: Values = {}): number {
    return Number(this.#prepare(sql).run(values).changes);
  }

  #prepare(sql: string): StatementSync {
    const known = this.#compiled.get(sql);
    if (known) return known;
    const statement = this.db.prepare(sql);
    this.#compiled.set(sql, statement);
    return statement;
  }
}
