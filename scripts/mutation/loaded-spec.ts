import { type Circus } from '@jest/types';

/** What a mutant's code reports to: the object that Stryker's instrumented files look for in their global. */
export interface Instrumented {
  activeMutant?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
}

/** The first test that failed. */
export interface Failure {
  readonly test: string;
  readonly message: string;
  /** Whether it ran out of time; what it left behind may still be running then. */
  readonly hung: boolean;
}

export interface Outcome {
  readonly failure: Failure | undefined;
  readonly tests: number;
}

/** A test that takes this much longer than without a mutant hangs. */
const PATIENCE_MS = 3_000;

/** Errors that nobody waited for, in the whole process. */
export const strays: unknown[] = [];

class Hung extends Error {}

/**
 * A spec file that Jest has loaded, and whose tests can be run any number of times. Loading a file costs a hundred times
 * as much as running its tests, and a mutant can be switched on and off without loading anything anew.
 */
export class LoadedSpec {
  readonly #root: Circus.DescribeBlock;
  readonly #instrumented: Instrumented;
  readonly #durations = new Map<string, number>();
  #only: ReadonlySet<string> | undefined;
  #tests = 0;

  constructor(root: Circus.DescribeBlock, instrumented: Instrumented) {
    this.#root = root;
    this.#instrumented = instrumented;
  }

  /** Runs these tests, or all, until one fails. */
  async run(mutant?: string, only?: ReadonlySet<string>, hitLimit?: number): Promise<Outcome> {
    this.#only = only;
    this.#tests = 0;
    const { length: strayed } = strays;
    Object.assign(this.#instrumented, { activeMutant: mutant, hitLimit, hitCount: hitLimit && 0 });
    try {
      await this.#block(this.#root);
      return { failure: undefined, tests: this.#tests };
    } catch (error) {
      if (!(error instanceof FailedTest)) throw error;
      return { failure: error.failure, tests: this.#tests };
    } finally {
      this.#instrumented.activeMutant = undefined;
      strays.length = strayed;
    }
  }

  async #block(block: Circus.DescribeBlock): Promise<void> {
    if (block.mode === 'skip' || !this.#wanted(block)) return;
    const context = {};
    const hooks = (type: Circus.Hook['type']) => block.hooks.filter((hook) => hook.type === type);
    const inside = this.#firstOf(block);
    for (const hook of hooks('beforeAll')) await this.#step(inside, hook.fn, context);
    try {
      for (const child of block.children) {
        if (child.type === 'describeBlock') await this.#block(child);
        else await this.#test(child);
      }
    } finally {
      for (const hook of hooks('afterAll')) await this.#step(inside, hook.fn, context);
    }
  }

  async #test(test: Circus.TestEntry): Promise<void> {
    const name = nameOf(test);
    if (test.mode === 'skip' || test.mode === 'todo' || !test.fn || !this.#isWanted(name)) return;
    this.#tests += 1;
    const context = {};
    const start = performance.now();
    const around: Circus.DescribeBlock[] = [];
    for (let block: Circus.DescribeBlock | undefined = test.parent; block; block = block.parent)
      around.unshift(block);
    const each = (type: Circus.Hook['type']) => (block: Circus.DescribeBlock) =>
      block.hooks.filter((hook) => hook.type === type);
    for (const hook of around.flatMap(each('beforeEach'))) await this.#step(name, hook.fn, context);
    try {
      await this.#step(name, test.fn, context);
    } finally {
      for (const hook of around.toReversed().flatMap(each('afterEach')))
        await this.#step(name, hook.fn, context);
    }
    if (!this.#durations.has(name)) this.#durations.set(name, performance.now() - start);
  }

  /** Runs a function of a spec. An error that nobody waited for fails it as well. */
  async #step(test: string, fn: Circus.TestFn, context: object): Promise<void> {
    const { length: strayed } = strays;
    const limit = PATIENCE_MS + 20 * (this.#durations.get(test) ?? PATIENCE_MS);
    try {
      if (fn.length > 0) throw new Error('A test with a callback cannot be run again.');
      await within(limit, (fn as () => unknown).call(context));
      await new Promise((resolve) => setImmediate(resolve));
      if (strays.length > strayed) throw strays[strayed];
    } catch (error) {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw new FailedTest({ test, message, hung: error instanceof Hung });
    }
  }

  #wanted(block: Circus.DescribeBlock): boolean {
    return block.children.some((child) =>
      child.type === 'describeBlock' ? this.#wanted(child) : this.#isWanted(nameOf(child)),
    );
  }

  #firstOf(block: Circus.DescribeBlock): string {
    for (const child of block.children) {
      if (child.type === 'describeBlock') {
        if (this.#wanted(child)) return this.#firstOf(child);
      } else if (this.#isWanted(nameOf(child))) return nameOf(child);
    }
    return block.name;
  }

  #isWanted(name: string): boolean {
    return this.#only?.has(name) ?? true;
  }
}

class FailedTest extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** As Stryker writes it: the names of the blocks and the test, without the one of the root. */
function nameOf(test: Circus.TestEntry): string {
  const names = [test.name];
  for (let block: Circus.DescribeBlock | undefined = test.parent; block?.parent; block = block.parent)
    names.unshift(block.name);
  return names.join(' ');
}

function within(ms: number, result: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Hung(`no end within ${ms} ms`)), ms);
    Promise.resolve(result)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
