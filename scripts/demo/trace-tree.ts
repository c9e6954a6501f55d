import { type CollectedSpan } from './collector.ts';

/** The end of an instance's id, which tells replicas apart. */
export function shortId(instance: string): string {
  return instance.slice(-6);
}

/** The spans of one trace as an indented tree: what called what, in which process, for how long. */
export function traceTree(spans: readonly CollectedSpan[]): string[] {
  const ids = new Set(spans.map((span) => span.spanId));
  const start = Math.min(...spans.map((span) => span.startMs));
  const childrenOf = (parent: string | undefined) =>
    spans
      .filter((span) =>
        parent === undefined ? !ids.has(span.parentSpanId ?? '') : span.parentSpanId === parent,
      )
      .sort((a, b) => a.startMs - b.startMs);

  function draw(span: CollectedSpan, indent: string, last: boolean): string[] {
    const at = `+${(span.startMs - start).toFixed(1)} ms`.padStart(11);
    const line = `${at}  ${indent}${last ? '└─' : '├─'} ${span.name}${span.failed ? '  ✘' : ''}`;
    const where = `${span.service} ${shortId(span.instance)}`;
    const children = childrenOf(span.spanId);
    return [
      `${line.padEnd(70)} ${span.durationMs.toFixed(1).padStart(7)} ms  ${where}`,
      ...children.flatMap((child, index) =>
        draw(child, `${indent}${last ? '  ' : '│ '}`, index === children.length - 1),
      ),
    ];
  }

  const roots = childrenOf(undefined);
  return roots.flatMap((root, index) => draw(root, '', index === roots.length - 1));
}
