// What of this tablet is still to come: a positive statement is made only when all of it holds.

import { state } from './state';

/** Nothing waits, and the server's last answer missed none of this tablet's numbers, the newest among them. */
export function nothingLeft(): boolean {
  return state.queue.size === 0 && state.standing.all_arrived;
}

/** The oldest entry that waits, and since when this page has known of it. */
let known = { at: '', since: 0 };

/** For how long the oldest entry has waited, in ms: by this tablet's clock, or, where that was set back, as long as this page saw it wait. */
export function oldestWait(now: number): number {
  const at = oldestUnsent();
  if (at === null) return 0;
  if (known.at !== at) known = { at, since: performance.now() };
  return Math.max(now - Date.parse(at), performance.now() - known.since);
}

/** When the oldest entry that waits was saved, by this tablet's clock; null when none waits. */
export function oldestUnsent(): string | null {
  let oldest: string | null = null;
  for (const { submission } of state.queue.values()) {
    if (oldest === null || submission.recorded_at < oldest) oldest = submission.recorded_at;
  }
  return oldest;
}
