import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Readable, type Writable } from 'node:stream';
import { type Cabling } from './star.ts';

/** How bad links are; holds for each packet of either direction by itself. */
export interface LinkCondition {
  readonly delayMs: number;
  /** By so much the delay is longer or shorter at most, so that a packet can overtake another. */
  readonly jitterMs: number;
  /** The share of packets that never arrive. */
  readonly loss: number;
}

/** Links that can be made bad. */
export interface BadLinks {
  readonly cabling: Cabling;
  /** Resolves when it holds. Until then, the links are perfect. */
  set(condition: LinkCondition): Promise<void>;
}

type Emulator = ChildProcessByStdio<Writable, Readable, null>;

/** Links through a program of its own. It ends with this process. */
export function badLinks(seed: number): BadLinks {
  let emulator: Emulator | undefined;
  const cabling: Cabling = async (caller, devices) => {
    const script = join(import.meta.dirname, 'bad-links.py');
    const [entry = '', ...rest] = caller.entry;
    const pairs = devices.map((pair) => pair.join(':'));
    const started = spawn(entry, [...rest, 'python3', script, String(seed), ...pairs], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    emulator = started;
    await said(started, 'ready');
    return { [Symbol.asyncDispose]: () => end(started) };
  };
  const set = async (condition: LinkCondition) => {
    if (!emulator) throw new Error('The links are not there yet.');
    emulator.stdin.write(`${JSON.stringify(condition)}\n`);
    await said(emulator, 'set');
  };
  return { cabling, set };
}

/** Resolves when it has said so. Rejects when it has ended instead. */
async function said(emulator: Emulator, word: string): Promise<void> {
  const lines = createInterface({ input: emulator.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), once(emulator, 'exit')])) as [unknown];
  lines.close();
  if (line !== word)
    throw new Error(`The program behind the links has not said "${word}" but ${String(line)}.`);
}

async function end(emulator: Emulator): Promise<void> {
  if (emulator.exitCode !== null || emulator.signalCode !== null) return;
  emulator.stdin.end();
  await once(emulator, 'exit');
}
