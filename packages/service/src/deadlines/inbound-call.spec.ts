import { currentContext, remainingTime, runInContext } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { InboundCall } from './inbound-call.js';

describe('an inbound call', () => {
  it('shows its work what is left, and aborts when that is over', async () => {
    const clock = new VirtualClock();
    const call = new InboundCall(clock, { budgetMs: 300 });
    await call.run(async () => {
      await clock.advance(100);
      expect(remainingTime(clock)).toBe(200);
      expect(currentContext()).toMatchObject({ signal: call.signal, inbound: call });
      await clock.advance(199);
      expect(call.signal.aborted).toBe(false);
      await clock.advance(1);
    });
    expect(call.signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED', status: 504, budgetMs: 300 });
  });

  it('is over from the start without any time', () => {
    const clock = new VirtualClock();
    expect(new InboundCall(clock, { budgetMs: 0 }).signal.reason).toMatchObject({ budgetMs: 0 });
    expect(clock.pending).toBe(0);
  });

  it('aborts with a reason of its own when its caller leaves', () => {
    const call = new InboundCall(new VirtualClock());
    call.callerLeft();
    expect(call.signal.reason).toMatchObject({ code: 'CALLER_GONE', status: 499 });
  });

  it('keeps its first reason, and none after its answer', async () => {
    const clock = new VirtualClock();
    const left = new InboundCall(clock, { budgetMs: 100 });
    left.callerLeft();
    const answered = new InboundCall(clock, { budgetMs: 100 });
    answered.settle();
    answered.callerLeft();
    await clock.advance(100);
    expect(left.signal.reason).toMatchObject({ code: 'CALLER_GONE' });
    expect([answered.signal.aborted, clock.pending]).toEqual([false, 0]);
  });

  it('is not ended by time once its answer has begun, but still by a caller who leaves', async () => {
    const clock = new VirtualClock();
    const call = new InboundCall(clock, { budgetMs: 100, begun: () => true });
    await clock.advance(100);
    expect(call.signal.aborted).toBe(false);
    call.callerLeft();
    expect(call.signal.aborted).toBe(true);
  });

  it('shows endless work no deadline, and is not ended by time any more', async () => {
    const clock = new VirtualClock();
    const call = new InboundCall(clock, { budgetMs: 100 });
    call.runEndless(() => expect(currentContext()).toEqual({ signal: call.signal, inbound: call }));
    await clock.advance(100);
    expect(call.signal.aborted).toBe(false);
  });

  it('is over when its time is up, also before the timer says so', async () => {
    const clock = new VirtualClock();
    let late = false;
    const call = new InboundCall(
      { now: () => 0, monotonic: () => (late ? 100 : 99), schedule: clock.schedule.bind(clock) },
      { budgetMs: 1 },
    );
    call.expireIfDue();
    expect(call.signal.aborted).toBe(false);
    late = true;
    call.expireIfDue();
    expect(call.signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const unlimited = new InboundCall(clock);
    unlimited.expireIfDue();
    expect(unlimited.signal.aborted).toBe(false);
  });

  it('takes nothing of the limits around it, and all of the rest', () => {
    const clock = new VirtualClock();
    const around = { deadline: 1, signal: AbortSignal.abort(), priority: 'high' as never };
    const call = runInContext(around, () => new InboundCall(clock));
    call.run(() =>
      expect(currentContext()).toEqual({ priority: 'high', signal: call.signal, inbound: call }),
    );
  });
});
