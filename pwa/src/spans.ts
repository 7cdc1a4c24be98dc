// Stretches of time, half open, and what is left of them: the twin of sync/rules/spans.py.

export type Span = [start: number, end: number];

export function merged(spans: Span[]): Span[] {
  const found: Span[] = [];
  for (const [start, end] of spans.filter(([a, b]) => a < b).sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = found[found.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}

export function minus(spans: Span[], taken: Span[]): Span[] {
  const found: Span[] = [];
  for (const [begin, end] of spans) {
    let start = begin;
    for (const [off, on] of taken) {
      if (on <= start || off >= end) continue;
      if (start < off) found.push([start, off]);
      start = Math.max(start, on);
    }
    if (start < end) found.push([start, end]);
  }
  return found;
}

export function covered(spans: Span[]): number {
  return spans.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** The instant at which `wait_ms` has gone inside the spans; null when they are too short. */
export function after(spans: Span[], wait_ms: number): number | null {
  let left = wait_ms;
  for (const [start, end] of spans) {
    if (end - start >= left) return start + left;
    left -= end - start;
  }
  return null;
}
