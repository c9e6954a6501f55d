import { Silence } from './silence.js';

describe('an instance is doubted', () => {
  it('when nothing was heard for a quarter of a second since a call that ended without an answer was sent', () => {
    const silence = new Silence();
    silence.asked(0);
    silence.asked(10);
    expect(silence.ended('ignored', 15, 15)).toBe(235);
    expect(silence.ended('ignored', 240, 250)).toBe(0);
    silence.asked(400);
    expect(silence.ended('ignored', 10, 410)).toBe(0);
  });

  it('by a failure that took as long, and not by one that came sooner: somebody has told it', () => {
    const silence = new Silence();
    silence.asked(0);
    expect(silence.ended('failure', 250, 250)).toBe(0);
    silence.asked(300);
    expect(silence.ended('failure', 249, 549)).toBeUndefined();
    silence.asked(600);
    expect(silence.ended('ignored', 100, 700)).toBe(150);
  });

  it('counted anew from everything that is heard, while a call waits', () => {
    const silence = new Silence();
    silence.asked(0);
    silence.asked(1);
    expect(silence.ended('success', 99, 100)).toBeUndefined();
    expect(silence.ended('ignored', 199, 200)).toBe(150);
    silence.asked(200);
    silence.heard(210);
    expect(silence.ended('ignored', 100, 300)).toBe(160);
  });

  it('not for the time in which nobody asked it anything', () => {
    const silence = new Silence();
    silence.asked(0);
    silence.ended('success', 5, 5);
    silence.asked(60_000);
    expect(silence.ended('ignored', 50, 60_050)).toBe(200);
    silence.heard(60_051);
    silence.asked(90_000);
    expect(silence.ended('ignored', 50, 90_050)).toBe(200);
  });
});
