// Since when so much waking time has gone without a drink: the twin of `nothing_drunk` in sync/rules/judging.py, held to it by
// tests/vectors/nothing_drunk.json. Pure: the time is an argument.

import { ended, needsPlan, pauses, waking, watchedAt, type Happening, type Pace } from './due';
import { after, merged, minus } from './spans';
import { careDay, careDayBounds, dayOrTime } from './time';
import type { Fields } from './types';

/** Value of the threshold of the same name (sync/thresholds.py), under `hydration.`. */
export interface DryNumbers extends Pace {
  nothing_drunk_urgent_minutes: number;
}
export const DRY_DEFAULTS = { nothing_drunk_urgent_minutes: 480 };

export interface Drunk extends Happening {
  drunk_ml: number | null;
}

/**
 * When the time was up on this care day, if nothing has been drunk since. `entries` are those that a tablet holds, of this care
 * day and the one before: where all of yesterday was excused, the server, which holds one more, may count from earlier.
 */
export function nothingDrunk(entries: Drunk[], plan: Fields, now_ms: number, zone: string, numbers: DryNumbers, excused: [number, number][]): number | null {
  const [start] = careDayBounds(careDay(now_ms, zone), zone);
  const days = [waking(plan, start - 1, zone, numbers), waking(plan, now_ms, zone, numbers)];
  const known = entries.filter((one) => one.happened_ms <= now_ms);
  const counting = minus(days, pauses(known, plan, zone, merged(excused)));
  const since = Math.max(dayOrTime(plan['monitored_from'], zone) ?? 0, ...known.filter((one) => one.drunk_ml).map((one) => one.happened_ms));
  const up = (from: number) => after(minus(counting, [[0, from]]), numbers.nothing_drunk_urgent_minutes * 60_000);
  const first = up(since);
  // What was too long already yesterday is yesterday's; it counts again once as much time has gone today.
  const at = first !== null && first < start ? up(Math.max(since, start)) : first;
  return at !== null && at <= now_ms && !needsPlan(plan) && watchedAt(plan, at, zone) && !ended(plan, at, zone) ? at : null;
}
