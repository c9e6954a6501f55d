import { type CircuitState } from '../circuit-breaker/circuit.js';
import { type PolicySummary } from '../registry/policy-registry.js';
import { UnknownCircuitError } from '../registry/unknown-circuit.error.js';

/** What a health page shows of the circuits, in the shape of Terminus. */
export interface CircuitHealth {
  readonly status: 'up' | 'down';
  /** The circuits that are why, when it is down. */
  readonly message?: string;
  /** The state of each circuit by the name of its policy or method. */
  readonly circuits: Readonly<Record<string, CircuitState>>;
}

/** The states in which no call passes. Half-open is none of them: it needs calls to close. */
const OPEN: ReadonlySet<CircuitState> = new Set(['open', 'forced-open']);

/** Up, whatever the circuits do, unless one of `downWhenOpen` is open. Throws when there is no circuit of such a name. */
export function circuitHealth(
  policies: readonly PolicySummary[],
  downWhenOpen: readonly string[],
): CircuitHealth {
  const states = new Map<string, CircuitState>();
  for (const { name, state } of policies) if (state !== undefined) states.set(name, state);
  const circuits = Object.fromEntries(states);
  const open = downWhenOpen.filter((name) => {
    const state = states.get(name);
    if (state === undefined) throw new UnknownCircuitError('downWhenOpen', name, [...states.keys()]);
    return OPEN.has(state);
  });
  if (open.length === 0) return { status: 'up', circuits };
  return { status: 'down', message: `Open: ${open.join(', ')}.`, circuits };
}
