/** To a member: join or leave with one instance. */
export type MemberCommand = { readonly join: string } | { readonly leave: string };

/** From a member: it is done, and was begun at this moment. */
export interface MemberReport {
  readonly begunAt: number;
}

/** From a watcher: it watches from now on, with so many on its first list. */
interface Watching {
  readonly watching: number;
}

/** From a watcher: an instance has come, or gone. */
export interface Sighting {
  readonly id: string;
  readonly there: boolean;
  readonly at: number;
}

/** To a poll: look for this process until it is gone. The sighting's id is its number. */
export interface PollCommand {
  readonly pid: number;
}

export type WatcherReport = Watching | Sighting;

/** What reading a list for the first time took, and the heap that is held since. */
export interface FirstList {
  readonly ms: number;
  readonly bytes: number;
  /** How many are on it. */
  readonly count: number;
}
