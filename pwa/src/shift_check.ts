// What the records of a shift say of one person's drinks: the twin of sync/rules/shift_check.py, held to it by
// tests/vectors/shift_check.json. Pure: the time is an argument.

import { ended, expectedBy, floorOf, needsPlan, target, waking, windows, type Pace, type Window } from './due';
import { shiftBounds } from './shifts';
import { covered, merged, minus, type Span } from './spans';
import { careDayBounds, dayOrTime } from './time';
import type { Fields } from './types';

/** Values of the thresholds of the same names (sync/thresholds.py), under `hydration.`. */
export interface ShiftNumbers extends Pace {
  complete_percent: number;
  bedside_minutes: number;
}
export const SHIFT_DEFAULTS = { complete_percent: 80, bedside_minutes: 30 };

/** One entry; `recorded_ms` is when what counts was last said of it. */
export interface Said {
  outcome: string;
  happened_ms: number;
  recorded_ms: number;
  drunk_ml: number | null;
  reason: string | null;
}

export type Finding = 'complete' | 'gaps' | 'low_intake';
export interface Proposal {
  finding: Finding;
  windows_due: number;
  windows_on_time: number;
  windows_late: number;
  gaps: string[];
  expected_ml: number;
}

export interface Asked {
  shift: string;
  now_ms: number;
  zone: string;
  entries: Said[];
  /** What was drunk up to now on that care day, suspected doubles counted once. */
  drunk_ml: number;
  plan: Fields;
  person: Fields;
  numbers: ShiftNumbers;
  /** Absences and nil by mouth. */
  excused: Span[];
}

/** The care day whose windows a shift answers for: shifts are named by the day on which they start. */
export function dayOf(shift: string): string {
  return shift.slice(0, 10);
}

const MINUTE_MS = 60_000;

/** What the records propose. An incomplete chart is not low intake: too little on one is proposed as gaps. */
export function propose({ shift, now_ms, zone, entries, drunk_ml, plan, person, numbers, excused }: Asked): Proposal {
  const day = careDayBounds(dayOf(shift), zone);
  const [begins, ends] = answersFor(shift, zone);
  const known = entries.filter((one) => one.happened_ms <= now_ms);
  const off = merged(excused);
  const by = Math.min(now_ms + numbers.bedside_minutes * MINUTE_MS, day[1]);
  const found = windows(dayOf(shift), plan, zone).filter((one) => one[1] <= by && begins < one[1] && one[1] <= ends && isDue(one, plan, off, zone));
  const inside = ([start, end]: Window) => known.filter((one) => start <= one.happened_ms && one.happened_ms < end);
  const filled = found.filter((one) => inside(one).some(fills));
  const on_time = filled.filter((one) => inside(one).some((each) => fills(each) && each.recorded_ms <= one[1] + numbers.bedside_minutes * MINUTE_MS));
  const gaps = found.filter((one) => !filled.includes(one) || inside(one).some(standsOpen)).map(([, , name]) => name);
  const at = Math.min(now_ms, ends, day[1]);
  const awake = waking(plan, day[0], zone, numbers);
  const free = minus([awake], off);
  const expected = covered([awake]) ? (expectedBy(target(plan, person, numbers).ml, at, free) * covered(free)) / covered([awake]) : 0;
  const floor = floorOf(expected, plan, numbers);
  const incomplete = found.length > 0 && filled.length * 100 < numbers.complete_percent * found.length;
  const low = !ended(plan, at, zone) && !needsPlan(plan) && drunk_ml < floor && !incomplete;
  return {
    finding: low ? 'low_intake' : gaps.length || incomplete ? 'gaps' : 'complete',
    windows_due: found.length,
    windows_on_time: on_time.length,
    windows_late: filled.length - on_time.length,
    gaps,
    expected_ml: Math.round(expected),
  };
}

/** The first shift of a day answers from the start of its care day. */
function answersFor(shift: string, zone: string): Span {
  const [begins, ends] = shiftBounds(shift, zone)!;
  return [shift.endsWith('/day') ? Math.min(begins, careDayBounds(dayOf(shift), zone)[0]) : begins, ends];
}

/** A window is not due before monitoring began, after the end of life, or where more than half of it is excused. */
function isDue([start, end]: Window, plan: Fields, off: Span[], zone: string): boolean {
  if (end <= (dayOrTime(plan['monitored_from'], zone) ?? -Infinity) || ended(plan, start, zone)) return false;
  return covered(minus([[start, end]], off)) * 2 >= end - start;
}

/** A cup handed over of which nobody has said how much was drunk. */
export function standsOpen(one: Pick<Said, 'outcome' | 'drunk_ml'>): boolean {
  return one.outcome === 'given' && one.drunk_ml === null;
}

function fills(one: Said): boolean {
  if (one.outcome === 'other') return !!one.reason;
  return one.outcome !== 'not_observed' && !standsOpen(one);
}
