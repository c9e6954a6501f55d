import { Timeline } from './timeline.js';

describe('a timeline', () => {
  it("numbers by etcd's revisions, in whatever order answers arrive", () => {
    const timeline = new Timeline();
    const [first, second] = [timeline.ask(), timeline.ask()];
    expect(second(7)).toBe(7);
    expect(first(5)).toBe(5);
    expect(timeline.at(8)).toBe(8);
  });

  it('goes on growing when the cluster counts anew', () => {
    const timeline = new Timeline();
    timeline.ask()(100);
    const anew = timeline.ask()(1);
    expect(anew).toBeGreaterThan(100);
    expect(timeline.at(2)).toBe(anew + 1);
    expect(timeline.ask()(3)).toBe(anew + 2);
  });

  it('notices once that the cluster counts anew, and takes what was asked for before as older', () => {
    const timeline = new Timeline();
    timeline.ask()(100);
    const [noticing, late, lateOld] = [timeline.ask(), timeline.ask(), timeline.ask()];
    const anew = noticing(5);
    expect(late(6)).toBeLessThan(anew);
    expect(lateOld(100)).toBeLessThan(anew);
    expect(timeline.ask()(7)).toBe(anew + 2);
  });

  it('makes everything later newer when it skips', () => {
    const timeline = new Timeline();
    timeline.at(10);
    timeline.skip();
    expect(timeline.ask()(10)).toBeGreaterThan(10);
  });
});
