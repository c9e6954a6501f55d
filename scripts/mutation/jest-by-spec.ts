import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type MutantCoverage } from '@stryker-mutator/api/core';
import { type Injector, PluginKind, type PluginContext } from '@stryker-mutator/api/plugin';
import {
  type CompleteDryRunResult,
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestResult,
  type TestRunner,
  type TestRunnerCapabilities,
} from '@stryker-mutator/api/test-runner';
import { strykerPlugins as jestPlugins } from '@stryker-mutator/jest-runner';
import { findSpecs } from './find-specs.ts';
import { SpecShelf } from './spec-shelf.ts';

/** What this runner uses of Stryker's own runner for Jest, part of which that one keeps to itself. */
interface JestRunner extends Required<Pick<TestRunner, 'init' | 'dryRun' | 'mutantRun'>> {
  capabilities(): TestRunnerCapabilities;
  readonly jestConfig: object;
  readonly jestTestAdapter: { run(settings: { testFiles?: string[]; jestConfig: object }): Promise<unknown> };
}

/** A spec file, and how long it takes. */
interface Spec {
  readonly file: string;
  readonly ms: number;
}

/** For each mutant the spec files that run its code, quickest first. */
type SpecsByMutant = Record<string, Spec[]>;

/**
 * A spec file that takes longer judges no mutants of other features: each one that survives would wait for it. A model
 * that plays thousands of sequences judges none at all, which makes the score a lower bound.
 */
const SLOW_MS = { far: 5_000, near: 20_000 };

/** How many spec files Jest is started for at once, of those that are not likely to notice a mutant. */
const GROUP = 6;

/** Written by the worker that makes the first run into the folder of the copy under test, which all workers share. */
const MEMORY = '.specs-by-mutant.json';

/**
 * Runs the specs that reach a mutant, the likeliest first, and stops at the first that notices it.
 *
 * Stryker's own runner has Jest load every spec file for every mutant. Which file reaches what is known after the first
 * run, and a loaded file can be run again with another mutant switched on, so most mutants need a few milliseconds.
 * What counts is still what Jest says where there is any doubt: of code that runs while a module loads, of a test that
 * fails also without the mutant, and of every mutant that survives, before the specs of its own feature.
 */
class JestBySpec implements TestRunner {
  readonly jest: JestRunner;
  readonly #shelf: SpecShelf;
  #specs: SpecsByMutant | undefined;
  #files: string[] | undefined;

  constructor(jest: JestRunner) {
    this.jest = jest;
    const { jestTestAdapter } = jest;
    const run = jestTestAdapter.run.bind(jestTestAdapter);
    jestTestAdapter.run = (settings) => run({ ...settings, ...(this.#files && { testFiles: this.#files }) });
    this.#shelf = new SpecShelf((file) => run({ testFiles: [file], jestConfig: jest.jestConfig }));
  }

  init(): Promise<void> {
    return this.jest.init();
  }

  capabilities(): TestRunnerCapabilities {
    return this.jest.capabilities();
  }

  async dryRun(options: DryRunOptions): Promise<DryRunResult> {
    const whole: CompleteDryRunResult = { status: DryRunStatus.Complete, tests: [] };
    const reached: { spec: Spec; mutants: Set<string> }[] = [];
    let before = new Map<string, number>();
    for (const file of findSpecs()) {
      const start = performance.now();
      const result = await this.#only([file], () => this.jest.dryRun({ ...options, testFiles: [file] }));
      if (result.status !== DryRunStatus.Complete) return result;
      const ms = performance.now() - start;
      whole.tests.push(...withLoading(result.tests, ms));
      if (!result.mutantCoverage) continue;
      // The counts of all files so far; what has grown was reached by this file.
      whole.mutantCoverage = result.mutantCoverage;
      const after = hitsOf(result.mutantCoverage);
      const mutants = new Set([...after].filter(([id, hits]) => hits !== before.get(id)).map(([id]) => id));
      reached.push({ spec: { file, ms }, mutants });
      before = after;
    }
    const specs: SpecsByMutant = {};
    for (const { spec, mutants } of reached.sort((one, other) => one.spec.ms - other.spec.ms)) {
      for (const id of mutants) (specs[id] ??= []).push(spec);
    }
    writeFileSync(MEMORY, JSON.stringify(specs));
    return whole;
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { id, fileName } = options.activeMutant;
    const { near, far } = this.#specsOf(id, basename(dirname(fileName)));
    if (options.mutantActivation === 'static' || !options.testFilter) {
      await this.#shelf.clear();
      return this.#inJest(options, [...near.map((file) => [file]), ...inGroups(far)]);
    }
    const loaded = await this.#loaded(options, [...near, ...far]);
    if (loaded.verdict) return loaded.verdict;
    return this.#inJest(options, [...near.map((file) => [file]), loaded.doubtful]);
  }

  /** Asks the loaded files. There is no verdict when none of them notices the mutant, or when one cannot be trusted. */
  async #loaded(
    { activeMutant, testFilter, hitLimit }: MutantRunOptions,
    files: string[],
  ): Promise<{ doubtful: string[]; verdict?: MutantRunResult }> {
    const doubtful: string[] = [];
    const only = new Set(testFilter);
    let nrOfTests = 0;
    for (const file of files) {
      const spec = await this.#shelf.take(file);
      if (!spec) {
        doubtful.push(file);
        continue;
      }
      const { failure, tests } = await spec.run(activeMutant.id, only, hitLimit);
      nrOfTests += tests;
      if (!failure) continue;
      const { test, message: failureMessage } = failure;
      // What hangs may go on for ever, and what fails without a mutant as well does not judge.
      const spoilt = failure.hung || (await spec.run(undefined, new Set([test]))).failure !== undefined;
      if (spoilt) await this.#shelf.drop(file);
      if (spoilt && !failure.hung) {
        doubtful.push(file);
        continue;
      }
      const status = MutantRunStatus.Killed as const;
      return { doubtful, verdict: { status, killedBy: [test], failureMessage, nrOfTests } };
    }
    return { doubtful };
  }

  async #inJest(options: MutantRunOptions, rounds: string[][]): Promise<MutantRunResult> {
    let nrOfTests = 0;
    for (const files of rounds) {
      if (files.length === 0) continue;
      const result = await this.#only(files, () => this.jest.mutantRun(options));
      if (result.status !== MutantRunStatus.Survived) return result;
      nrOfTests += result.nrOfTests;
    }
    return { status: MutantRunStatus.Survived, nrOfTests };
  }

  async #only<T>(files: string[], run: () => Promise<T>): Promise<T> {
    this.#files = files;
    try {
      return await run();
    } finally {
      this.#files = undefined;
    }
  }

  /** The specs with the feature's name in their path are the likeliest to notice its mutants. */
  #specsOf(mutant: string, feature: string): { near: string[]; far: string[] } {
    if (!this.#specs && !existsSync(MEMORY)) throw new Error('The first run has not left its notes.');
    this.#specs ??= JSON.parse(readFileSync(MEMORY, 'utf8')) as SpecsByMutant;
    const specs = this.#specs[mutant] ?? [];
    const near = specs.filter(({ file, ms }) => file.includes(feature) && ms <= SLOW_MS.near);
    const far = specs.filter(({ file, ms }) => !file.includes(feature) && ms <= SLOW_MS.far);
    return { near: near.map(({ file }) => file), far: far.map(({ file }) => file) };
  }
}

/** Small groups, so that Jest is not started for each file, and need not run all when an early one notices. */
function inGroups(files: string[]): string[][] {
  return files.flatMap((_, index) => (index % GROUP === 0 ? [files.slice(index, index + GROUP)] : []));
}

/**
 * The tests of a file, each with its share of the time that the file took to load. Stryker would otherwise add the
 * loading of all files to the time that it grants each mutant, and wait that long for every endless loop.
 */
function withLoading(tests: TestResult[], ms: number): TestResult[] {
  const net = tests.reduce((sum, { timeSpentMs }) => sum + timeSpentMs, 0);
  const share = Math.max(0, ms - net) / tests.length;
  return tests.map((test) => ({ ...test, timeSpentMs: test.timeSpentMs + share }));
}

/** How often each mutant's code ran, in all tests and while modules loaded. */
function hitsOf({ static: loading, perTest }: MutantCoverage): Map<string, number> {
  const hits = new Map<string, number>();
  for (const counts of [loading, ...Object.values(perTest)]) {
    for (const [id, count] of Object.entries(counts)) hits.set(id, (hits.get(id) ?? 0) + count);
  }
  return hits;
}

function createJestBySpec(injector: Injector<PluginContext>): TestRunner {
  const [jest] = jestPlugins;
  if (!jest) throw new Error('Stryker has no runner for Jest any more.');
  return new JestBySpec(injector.injectFunction(jest.factory) as unknown as JestRunner);
}
createJestBySpec.inject = ['$injector'] as const;

export const strykerPlugins = [
  { kind: PluginKind.TestRunner, name: 'jest-by-spec', factory: createJestBySpec },
];
