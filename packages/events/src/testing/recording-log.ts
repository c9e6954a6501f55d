import { type Log } from '../broker/log.js';

/** Keeps what is logged, to look at it. */
export class RecordingLog implements Log {
  readonly lines: { readonly level: keyof Log; readonly message: string; readonly facts?: object }[] = [];

  debug(message: string, facts?: object): void {
    this.#add('debug', message, facts);
  }

  log(message: string, facts?: object): void {
    this.#add('log', message, facts);
  }

  warn(message: string, facts?: object): void {
    this.#add('warn', message, facts);
  }

  error(message: string, facts?: object): void {
    this.#add('error', message, facts);
  }

  /** The messages of one level. */
  of(level: keyof Log): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  #add(level: keyof Log, message: string, facts: object | undefined): void {
    this.lines.push({ level, message, ...(facts && { facts }) });
  }
}
