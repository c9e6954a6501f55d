import { type Guard, type GuardedNode } from './guarded-node.js';

/**
 * Finds, in a graph of who uses whom, what goes wrong only in combination: retries at several levels, which multiply,
 * and limits that outlive their caller's. It sees who could call whom, not who does. One sentence for each finding.
 */
export function audit(nodes: readonly GuardedNode[]): string[] {
  const guarded = nodes.filter(({ guards }) => guards.length > 0);
  return [...multipliedRetries(guarded), ...outlivedCallers(guarded)];
}

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

function* multipliedRetries(nodes: readonly GuardedNode[]): Iterable<string> {
  const chains = new Map(nodes.flatMap((node) => retryPaths(node, [])).map((path) => [chainOf(path), path]));
  for (const [chain, path] of chains) {
    // One that is the end of a longer one is told with that one.
    const told = [...chains.keys()].some((longer) => longer.endsWith(` > ${chain}`));
    if (path.length < 2 || told) continue;
    const product = path.reduce((attempts, guard) => attempts * guard.attempts, 1);
    yield `Retries multiply: ${chain}. One call can become ${product}. Keep the retry at one of them.`;
  }
}

function chainOf(path: readonly Guard[]): string {
  return path.map(({ name, attempts }) => `${name} (${attempts} attempts)`).join(' > ');
}

/** Every way down from a node, as the guards on it that retry. */
function retryPaths(node: GuardedNode, above: readonly GuardedNode[]): Guard[][] {
  const worst = node.guards.reduce((most, guard) => (guard.attempts > most.attempts ? guard : most));
  const own = worst.attempts > 1 ? [worst] : [];
  const path = [...above, node];
  const below = nextGuarded(node)
    .filter((next) => !path.includes(next))
    .flatMap((next) => retryPaths(next, path));
  return below.length > 0 ? below.map((rest) => own.concat(rest)) : [own];
}

function* outlivedCallers(nodes: readonly GuardedNode[]): Iterable<string> {
  for (const caller of nodes) {
    for (const callee of nextGuarded(caller)) {
      for (const { name, limitMs = Infinity } of caller.guards) {
        for (const inner of callee.guards) {
          if (inner.limitMs === undefined || inner.limitMs <= limitMs) continue;
          yield (
            `${inner.name} may take ${inner.limitMs} ms, but ${name}, which may call it, gives up after ` +
            `${limitMs} ms. Give the caller the longer limit.`
          );
        }
      }
    }
  }
}
