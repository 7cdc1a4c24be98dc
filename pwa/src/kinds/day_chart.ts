// One person's care day as a chart and a table draw it: hours, running total, what was expected. Pure: times are arguments.

import type { Drink, Total } from './double_check';
import { local, sayTime } from '../time';

/** One entry as it is drawn; `drink` is null for one that adds nothing. */
export interface Mark {
  happened_ms: number;
  outcome: string;
  drink: Drink | null;
  offered_ml: number;
  late: boolean;
  food: boolean;
  /** May be the same drink twice, or stands in two versions. */
  doubtful: boolean;
}

export interface Hour {
  start: number;
  end: number;
  drunk_ml: number;
  /** Of that, what was written down late. */
  late_ml: number;
  not_drunk_ml: number;
  refused: number;
  doubtful: number;
  /** Running total at its end, or now. */
  so_far_ml: number;
  expected_ml: number;
}

export interface Step {
  at: number;
  ml: number;
}

const HOUR_MS = 3_600_000;

/** The hours of a care day, 23, 24 or 25 of them, as far as they have begun. `totals` adds drinks up as every list does. */
export function hours(marks: Mark[], [start, end]: [number, number], now: number, totals: (drinks: Drink[]) => Total, expected: (at: number) => number): Hour[] {
  const found: Hour[] = [];
  for (let at = start; at < end && at <= now; at += HOUR_MS) {
    const to = Math.min(at + HOUR_MS, end);
    const inside = marks.filter((one) => one.happened_ms >= at && one.happened_ms < to);
    const sum = (of: Mark[]) => of.reduce((total, one) => total + (one.drink?.ml ?? 0), 0);
    found.push({
      start: at,
      end: to,
      drunk_ml: sum(inside),
      late_ml: sum(inside.filter((one) => one.late)),
      not_drunk_ml: inside.reduce((total, one) => total + Math.max(0, one.offered_ml - (one.drink?.ml ?? 0)), 0),
      refused: inside.filter((one) => one.outcome === 'refused').length,
      doubtful: inside.filter((one) => one.doubtful).length,
      so_far_ml: totals(drinksOf(marks, to)).low_ml,
      expected_ml: Math.round(expected(Math.min(to, now))),
    });
  }
  return found;
}

/** The running total as a stair: it rises when something was drunk and is level between. */
export function stair(marks: Mark[], start: number, now: number, totals: (drinks: Drink[]) => Total): Step[] {
  const times = [...new Set(marks.filter((one) => one.drink).map((one) => one.happened_ms))].sort((a, b) => a - b);
  const steps = times.map((at) => ({ at, ml: totals(drinksOf(marks, at + 1)).low_ml }));
  return [{ at: start, ml: 0 }, ...steps, { at: Math.max(now, times.at(-1) ?? start), ml: steps.at(-1)?.ml ?? 0 }];
}

function drinksOf(marks: Mark[], before: number): Drink[] {
  return marks.flatMap((one) => (one.drink && one.happened_ms < before ? [one.drink] : []));
}

/** "2pm"; in the night that repeats an hour, which of the two. */
export function sayHour(hour: Hour, all: { start: number }[], zone: string, twice: [before: string, after: string]): string {
  const said = sayTime(hour.start, zone);
  const same = all.filter((one) => sayTime(one.start, zone) === said);
  return same.length < 2 ? said : `${said} ${twice[same[0]!.start === hour.start ? 0 : 1]}`;
}

/** "14": a tick on the axis, on the 24-hour clock. */
export function tick(ms: number, zone: string): string {
  return String(local(ms, zone).h).padStart(2, '0');
}

/** The top of the axis and its steps: by 500ml, by 100ml where that is too coarse. */
export function scale(most_ml: number): { top: number; every: number } {
  const every = most_ml <= 500 ? 100 : 500;
  return { top: Math.max(every, Math.ceil(most_ml / every) * every), every };
}
