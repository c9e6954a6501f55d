import { type Guard, type GuardedNode } from './guarded-node.js';

/** How many callers a finding names. */
const NAMED = 3;

/**
 * Finds, in a graph of who uses whom, what goes wrong only in combination: retries at several levels, which multiply,
 * and limits that outlive their caller's. It sees who could call whom, not who does. One sentence for each finding.
 */
export function audit(nodes: readonly GuardedNode[]): string[] {
  const guarded = nodes.filter(({ guards }) => guards.length > 0);
  const callees = new Map(guarded.map((node) => [node, nextGuarded(node)]));
  return [...multipliedRetries(callees), ...outlivedCallers(callees)];
}

/** The guarded nodes that each guarded node uses. */
type Callees = ReadonlyMap<GuardedNode, readonly GuardedNode[]>;

/** The guarded nodes that a node uses, directly or through others that are not guarded. */
function nextGuarded(node: GuardedNode): GuardedNode[] {
  const found: GuardedNode[] = [];
  const seen = new Set([node]);
  const open = [...node.uses()];
  // What is found on the way joins the end of the list.
  for (const next of open) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (next.guards.length > 0) found.push(next);
    else open.push(...next.uses());
  }
  return found;
}

/** The worst chain from each node on, unless it is the end of one that was told. */
function* multipliedRetries(callees: Callees): Iterable<string> {
  const chains = new Map<GuardedNode, readonly Guard[]>();
  const all = [...callees.keys()].map((node) => worstChain(node, callees, chains));
  const told: string[] = [];
  for (const chain of all.sort((one, two) => attemptsOf(two) - attemptsOf(one))) {
    const text = chain.map(({ name, attempts }) => `${name} (${attempts} attempts)`).join(' > ');
    if (chain.length < 2 || told.some((longer) => longer.endsWith(text))) continue;
    told.push(text);
    yield `Retries multiply: ${text}. One call can become ${attemptsOf(chain)}. Keep the retry at one of them.`;
  }
}

/** The guards that retry on the way down that makes most attempts of one call. Each node is looked at once. */
function worstChain(
  node: GuardedNode,
  callees: Callees,
  known: Map<GuardedNode, readonly Guard[]>,
): readonly Guard[] {
  const found = known.get(node);
  if (found) return found;
  // Until it is known, a circle of providers ends here.
  known.set(node, []);
  const worst = node.guards.reduce((most, guard) => (guard.attempts > most.attempts ? guard : most));
  const below = (callees.get(node) ?? [])
    .map((next) => worstChain(next, callees, known))
    .reduce((most, chain) => (attemptsOf(chain) > attemptsOf(most) ? chain : most), []);
  const chain = worst.attempts > 1 ? [worst, ...below] : below;
  known.set(node, chain);
  return chain;
}

function attemptsOf(chain: readonly Guard[]): number {
  return chain.reduce((product, { attempts }) => product * attempts, 1);
}

function* outlivedCallers(callees: Callees): Iterable<string> {
  const impatient = new Map<Guard, Guard[]>();
  for (const [caller, used] of callees) {
    for (const inner of used.flatMap(({ guards }) => guards)) {
      const sooner = caller.guards.filter(({ limitMs = Infinity }) => limitMs < (inner.limitMs ?? 0));
      if (sooner.length > 0) impatient.set(inner, [...(impatient.get(inner) ?? []), ...sooner]);
    }
  }
  for (const [{ name, limitMs }, callers] of impatient) {
    const shown = callers.slice(0, NAMED).map((caller) => `${caller.name} (${caller.limitMs} ms)`);
    const more = callers.length > NAMED ? ` and ${callers.length - NAMED} more` : '';
    yield (
      `${name} may take ${limitMs} ms, longer than who may call it waits: ${shown.join(', ')}${more}. ` +
      'Give the callers the longer limit.'
    );
  }
}
