import { Child } from './child.ts';
import { type MemberCommand, type MemberReport, type Sighting, type WatcherReport } from './messages.ts';
import { type WayName } from './ways/ways.ts';

/** A process that joins and leaves. */
export class Member extends Child<MemberCommand, MemberReport> {
  constructor(way: WayName, place: string) {
    super('children/member.ts', way, place);
  }

  /** Resolves when it is registered, with the moment at which that was begun. */
  async join(id: string): Promise<number> {
    return (await this.ask({ join: id })).begunAt;
  }

  /** Resolves when it has left, with the moment at which that was begun. */
  async leave(id: string): Promise<number> {
    return (await this.ask({ leave: id })).begunAt;
  }
}

/** A process that watches. */
export class Watcher extends Child<never, WatcherReport> {
  private constructor(way: WayName, place: string) {
    super('children/watcher.ts', way, place);
  }

  /** Resolves when it has read its first list. */
  static async start(way: WayName, place: string): Promise<Watcher> {
    const watcher = new Watcher(way, place);
    await watcher.next('it watches', (report) => 'watching' in report);
    return watcher;
  }

  /** Resolves with the moment at which it sees the instance come or go. */
  sees(id: string, there: boolean): Promise<number> {
    return sighting(this, id, there);
  }
}

/** The moment at which a child tells that it has seen the instance come or go. */
export async function sighting(
  child: Child<never, WatcherReport>,
  id: string,
  there: boolean,
): Promise<number> {
  const isIt = (report: WatcherReport) => 'id' in report && report.id === id && report.there === there;
  const report = await child.next(`${id} has ${there ? 'come' : 'gone'}`, isIt);
  return (report as Sighting).at;
}

/** Ends all of them. */
export async function killAll(children: readonly Child<never, never>[]): Promise<void> {
  await Promise.all(children.map((child) => child.kill()));
}
