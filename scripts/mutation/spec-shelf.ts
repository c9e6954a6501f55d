import { type Held, waiting } from './held-specs.ts';
import { type LoadedSpec, strays } from './loaded-spec.ts';

interface Loading {
  readonly held: Promise<Held | undefined>;
  /** Ends when Jest has ended the file. */
  readonly over: Promise<unknown>;
}

/** The spec files that a worker has loaded. */
export class SpecShelf {
  readonly #load: (file: string) => Promise<unknown>;
  readonly #files = new Map<string, Loading>();

  constructor(load: (file: string) => Promise<unknown>) {
    this.#load = load;
  }

  /** The file, loaded; `undefined` for one whose tests do not pass when they are run again. */
  async take(file: string): Promise<LoadedSpec | undefined> {
    const { held } = this.#files.get(file) ?? this.#fetch(file);
    return (await held)?.spec;
  }

  /** Unloads the file; the next one who wants it gets it fresh. */
  async drop(file: string): Promise<void> {
    const loading = this.#files.get(file);
    this.#files.delete(file);
    (await loading?.held)?.release();
    await loading?.over;
  }

  /** Unloads all files, which take gigabytes together. */
  async clear(): Promise<void> {
    for (const file of this.#files.keys()) await this.drop(file);
  }

  #fetch(file: string): Loading {
    let take: (held: Held | undefined) => void = () => {};
    const loaded = new Promise<Held | undefined>((resolve) => (take = resolve));
    waiting().set(file, take);
    const over = this.#load(file).finally(() => take(undefined));
    const loading = { held: loaded.then((held) => held && proven(held)), over };
    this.#files.set(file, loading);
    return loading;
  }
}

/** Only a file whose tests pass twice can be asked again and again. */
async function proven(held: Held): Promise<Held | undefined> {
  catchStrays();
  for (let round = 0; round < 2; round += 1) {
    const { failure } = await held.spec.run();
    if (!failure) continue;
    held.release();
    return undefined;
  }
  return held;
}

/** While a file is held, Jest's own listeners would count an error to whichever file was loaded last. */
function catchStrays(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.removeAllListeners(event);
    process.on(event, onStray);
  }
}

function onStray(error: unknown): void {
  strays.push(error);
}
