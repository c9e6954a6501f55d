import { type Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';
import { waiting } from './held-specs.ts';
import { type Instrumented, LoadedSpec } from './loaded-spec.ts';

type Construct = ConstructorParameters<typeof TestEnvironment>;

/** What a spec file runs in while mutants are tested. */
export default class SpecEnvironment extends TestEnvironment {
  readonly #file: string;
  #skip = false;

  constructor(config: Construct[0], context: Construct[1]) {
    super(config, context);
    this.#file = context.testPath;
  }

  async handleTestEvent(event: Circus.Event, { rootDescribeBlock }: Circus.State): Promise<void> {
    if (event.name === 'run_start') await this.#hold(rootDescribeBlock);
    // After the first failure the mutant is noticed, and hanging tests cost most.
    if (event.name === 'test_done' && event.test.errors.length > 0) this.#skip = true;
    if (event.name === 'test_start' && this.#skip) event.test.mode = 'skip';
  }

  /** Lends the loaded file to whoever waits for it, and runs nothing itself then. */
  async #hold(root: Circus.DescribeBlock): Promise<void> {
    const take = waiting().get(this.#file);
    if (!take) return;
    waiting().delete(this.#file);
    const own = this.global as unknown as { __stryker__?: Instrumented };
    const spec = new LoadedSpec(root, (own.__stryker__ ??= {}));
    await new Promise<void>((release) => take({ spec, release }));
    this.#skip = true;
    root.mode = 'skip';
  }
}
