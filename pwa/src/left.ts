// What of this tablet is still to come: a positive statement is made only when all of it holds.

import { state } from './state';

/** Nothing waits, and the server's last answer missed none of this tablet's numbers. */
export function nothingLeft(): boolean {
  return state.queue.size === 0 && state.standing.all_arrived;
}

/** When the oldest entry that waits was saved, by this tablet's clock; null when none waits. */
export function oldestUnsent(): string | null {
  let oldest: string | null = null;
  for (const { submission } of state.queue.values()) {
    if (oldest === null || submission.recorded_at < oldest) oldest = submission.recorded_at;
  }
  return oldest;
}
