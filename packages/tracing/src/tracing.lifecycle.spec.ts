import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type DiscoveryService, HttpAdapterHost } from '@nestjs/core';
import { VirtualClock } from '@rookery/common/testing';
import { type Telemetry } from './telemetry/telemetry.js';
import { type Tracer } from './tracer/tracer.js';
import { TracingLifecycle } from './tracing.lifecycle.js';

const lifecycle = (clock: VirtualClock, shutdown: () => Promise<void>) =>
  new TracingLifecycle(
    { shutdown } as Telemetry,
    {} as Tracer,
    {} as DiscoveryService,
    clock,
    new HttpAdapterHost(),
    [],
  );

afterEach(() => jest.restoreAllMocks());

describe('the end of an app', () => {
  it('waits two seconds for the last spans, not longer, and says that they may be lost', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const clock = new VirtualClock();
    let ended = false;
    void lifecycle(clock, () => new Promise(() => undefined))
      .onApplicationShutdown()
      .then(() => (ended = true));
    await clock.advance(1_999);
    expect(ended).toBe(false);
    await clock.advance(1);
    expect(ended).toBe(true);
    expect(warn.mock.calls).toEqual([
      ['The last spans may be lost: exporting them took longer than 2000 ms'],
    ]);
  });

  it('leaves no timer when the spans are out', async () => {
    const clock = new VirtualClock();
    await lifecycle(clock, () => Promise.resolve()).onApplicationShutdown();
    expect(clock.pending).toBe(0);
  });
});
