import { type Clock } from '@rookery/common';
import { type CircuitSnapshot } from './circuit-control.js';
import { type Override } from './circuit-overrides.js';
import { type Circuit, type CircuitPhase, type CircuitState } from './circuit.js';

/** Puts a circuit's snapshot together. */
export function snapshotOf(
  name: string,
  state: CircuitState,
  circuit: Circuit,
  override: Override | undefined,
  clock: Clock,
): CircuitSnapshot {
  // The monotonic clock starts anywhere; a page shows the time of day.
  const epochOf = (moment: number) => clock.now() + (moment - clock.monotonic());
  const { calls, failures, slow } = circuit.counts;
  return {
    name,
    state,
    calls,
    failures,
    slowCalls: slow,
    ...(override && { override: shownOverride(override, epochOf) }),
    ...shownPhase(circuit.phase, epochOf),
  };
}

function shownOverride({ kind, reason, expiresAt }: Override, epochOf: (moment: number) => number) {
  return { kind, reason, until: expiresAt < Infinity ? epochOf(expiresAt) : undefined };
}

function shownPhase(
  phase: CircuitPhase,
  epochOf: (moment: number) => number,
): Pick<CircuitSnapshot, 'opened' | 'trials'> {
  if (phase.state === 'half-open') {
    const { running, succeeded } = phase.trials;
    return { trials: { running, succeeded } };
  }
  if (phase.state !== 'open') return {};
  const { reason, since, until } = phase;
  return { opened: { reason, since: epochOf(since), until: epochOf(until) } };
}
