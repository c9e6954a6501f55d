import { VirtualClock } from '@rookery/common/testing';
import { circuitBreakerSettings } from './circuit-breaker.options.js';
import { type CircuitCall, type CircuitPhase } from './circuit.js';
import { OpossumCircuit } from './opossum.circuit.js';

function create() {
  const clock = new VirtualClock();
  const phases: CircuitPhase[] = [];
  const watcher = { onPhase: (phase: CircuitPhase) => void phases.push(phase), onExceeded() {} };
  const settings = circuitBreakerSettings({ halfOpenMaxCalls: 1 });
  return { clock, phases, circuit: new OpossumCircuit(settings, clock, () => 0.5, watcher) };
}

const good: CircuitCall = {
  commitment: undefined,
  make: async () => 'ok',
  judgeResult: () => 'success',
  judgeError: () => 'failure',
};

describe('the circuit on opossum', () => {
  it('opens when it is tripped, and opossum itself then refuses calls', async () => {
    const { circuit, phases } = create();
    circuit.trip();
    expect(phases).toEqual([{ state: 'open', since: 0, until: 60_000, reason: 'tripped' }]);
    expect(circuit.closed).toBe(false);
    await expect(circuit.run(good)).rejects.toMatchObject({ code: 'EOPENBREAKER' });
  });

  it('lets opossum make a trial, and closes opossum with it', async () => {
    const { circuit, clock } = create();
    circuit.trip();
    await clock.advance(60_000);
    expect(circuit.phase.state).toBe('half-open');
    expect(circuit.closed).toBe(false);
    await expect(circuit.run(good)).resolves.toBe('ok');
    expect(circuit.closed).toBe(true);
  });

  it('closes opossum when it is reset', async () => {
    const { circuit, phases } = create();
    circuit.trip();
    circuit.reset();
    expect(circuit.closed).toBe(true);
    expect(phases).toHaveLength(1);
    await expect(circuit.run(good)).resolves.toBe('ok');
  });
});
