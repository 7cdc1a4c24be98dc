// Who is due a drink, and how far along they should be: the twin of sync/rules/hydration.py, held to it by
// tests/vectors/hydration_pace.json. Pure: the time is an argument.

import { after, covered, merged, minus, type Span } from './spans';
import { careDay, careDayBounds, dayOrTime, nextDay, withinCareDay } from './time';
import type { Fields } from './types';

/** Values of the thresholds of the same names (sync/thresholds.py), under `hydration.`. */
export interface Pace {
  target_female_ml: number;
  target_male_ml: number;
  target_floor_ml: number;
  wakes_at: string;
  sleeps_at: string;
  due_minutes: number;
  no_offer_minutes: number;
  pace_percent: number;
  limit_floor_percent: number;
  old_plan_minutes: number;
  a_lot_ml: number;
  long_ago_minutes: number;
}

/** What applies where the home has set nothing: the defaults of sync/thresholds.py. */
export const DEFAULTS: Pace = {
  target_female_ml: 1600,
  target_male_ml: 2000,
  target_floor_ml: 1500,
  wakes_at: '07:00',
  sleeps_at: '21:00',
  due_minutes: 120,
  no_offer_minutes: 180,
  pace_percent: 50,
  limit_floor_percent: 75,
  old_plan_minutes: 720,
  a_lot_ml: 1000,
  long_ago_minutes: 720,
};

export type Basis = 'limit' | 'plan' | 'sex' | 'floor';

function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null;
}

/** What to aim for in a care day, and why. A limit is an upper bound, never something to reach: say so beside it. */
export function target(plan: Fields, person: Fields, pace: Pace): { ml: number; basis: Basis } {
  const limit = whole(plan['limit_ml']);
  if (limit !== null) return { ml: limit, basis: 'limit' };
  const planned = whole(plan['target_ml']);
  if (planned !== null) return { ml: planned, basis: 'plan' };
  const sex = String(person['sex'] ?? '').trim().toLowerCase()[0];
  if (sex === 'f') return { ml: pace.target_female_ml, basis: 'sex' };
  if (sex === 'm') return { ml: pace.target_male_ml, basis: 'sex' };
  return { ml: pace.target_floor_ml, basis: 'floor' };
}

/** How a person drinks, where it is not simply by mouth. */
export function routeOf(fields: Fields): string {
  const said = String(fields['route'] ?? '').trim().toLowerCase();
  return ['oral', 'by_mouth', 'mouth'].includes(said) ? '' : said;
}

/** When a person is awake on the care day that `now` is in: the plan's own hours, else the home's. */
export function waking(plan: Fields, now_ms: number, zone: string, pace: Pace): Span {
  const day = careDay(now_ms, zone);
  const at = (name: 'wakes_at' | 'sleeps_at') => withinCareDay(day, typeof plan[name] === 'string' ? plan[name] : pace[name], zone);
  return [at('wakes_at'), at('sleeps_at')];
}

/** Target times the share of waking time that has gone; absences and nil by mouth are no waking time to drink in. */
export function expectedBy(target_ml: number, now_ms: number, free: Span[]): number {
  const all = covered(free);
  if (!all) return 0;
  const gone = covered(free.filter(([start]) => start < now_ms).map(([start, end]) => [start, Math.min(end, now_ms)]));
  return target_ml * (gone / all);
}

/** So far under what is expected that somebody has to see to it; never before the first drink of the day is due. */
export function isBehind(drunk_ml: number, expected_ml: number, plan: Fields, now_ms: number, free: Span[], pace: Pace): boolean {
  const soon = covered(minus(free, [[now_ms, Infinity]])) < pace.due_minutes * 60_000;
  return !soon && !needsPlan(plan) && drunk_ml < floorOf(expected_ml, plan, pace);
}

/** Less than this by now is behind: a share of what is expected, never more than a share of the person's own figure. */
export function floorOf(expected_ml: number, plan: Fields, pace: Pace): number {
  return Math.min((expected_ml * pace.pace_percent) / 100, (ownFigure(plan) * pace.limit_floor_percent) / 100);
}

/** The figure that caps every floor: a limit, what a clinician set, or a target for another route than the mouth. */
function ownFigure(plan: Fields): number {
  const clinicians = ['clinician', 'prescribed'].includes(String(plan['basis'] ?? '').trim().toLowerCase());
  const figures = [plan['limit_ml'], clinicians || routeOf(plan) ? plan['target_ml'] : null];
  return Math.min(...figures.filter((one) => Number.isInteger(one)).map(Number));
}

/** Fed by another route without a figure to be judged on. */
export function needsPlan(plan: Fields): boolean {
  return routeOf(plan) !== '' && !Number.isInteger(plan['limit_ml']) && !Number.isInteger(plan['target_ml']);
}

/** On monitoring at an instant: a decision with a yes, inside its dates. */
export function watchedAt(plan: Fields, at_ms: number, zone: string): boolean {
  const said = plan['monitoring'];
  const yes = said === true || (typeof said === 'string' && !['', 'no', 'off', 'none', 'false'].includes(said.trim().toLowerCase()));
  return yes && (dayOrTime(plan['monitored_from'], zone) ?? 0) <= at_ms && at_ms < (dayOrTime(plan['monitored_until'], zone) ?? Infinity);
}

/** At the end of life offering goes on, and how much is nobody's lateness. */
export function ended(plan: Fields, at: number, zone: string): boolean {
  return (dayOrTime(plan['end_of_life_from'], zone) ?? Infinity) <= at;
}

export interface Happening {
  outcome: string;
  happened_ms: number;
}

const OFFERS = new Set(['given', 'drank', 'refused', 'left_within_reach', 'unwell']);
const PAUSES = new Set(['asleep', 'out', 'nil_by_mouth', 'restriction_reached', 'unsafe_to_swallow', 'comfort_only']);
/** A window of a care day, by its name: one stretch in which a drink should be offered. */
export type Window = [...Span, name: string];
/** Names and starts of the standard windows; the first begins when the person wakes (sync/days.py). */
const STANDARD = [['waking', '07:00'], ['10-12', '10:00'], ['12-14', '12:00'], ['14-17', '14:00'], ['17-20', '17:00'], ['20-23', '20:00'], ['night', '23:00']] as const;

/** The end of the window that an instant stands in; null between a plan's own windows and before waking. */
function windowEnd(at_ms: number, plan: Fields, zone: string): number | null {
  const day = careDay(at_ms, zone);
  return windows(day, plan, zone).find(([start, end]) => start <= at_ms && at_ms < end)?.[1] ?? null;
}

/** The standard windows of a care day, or those that the plan names or gives times for. */
export function windows(day: string, plan: Fields, zone: string): Window[] {
  const last = careDayBounds(day, zone)[1];
  const listed: unknown[] = Array.isArray(plan['windows']) ? plan['windows'] : [];
  const starts = STANDARD.map(([, at]) => withinCareDay(day, at, zone));
  const wakes = withinCareDay(day, typeof plan['wakes_at'] === 'string' ? plan['wakes_at'] : DEFAULTS.wakes_at, zone);
  const standard = STANDARD.flatMap(([name], at): Window[] => {
    const start = starts[at]!;
    const end = starts[at + 1] ?? last;
    if (name === 'night') return [[start, end, name]];
    return end <= wakes ? [] : [[Math.max(start, wakes), end, name]];
  });
  const own = [...listed.flatMap((item) => ownWindow(day, item as Fields, last, zone)), ...standard.filter(([, , name]) => listed.includes(name))];
  return own.length ? own.sort((a, b) => a[0] - b[0]) : standard;
}

function ownWindow(day: string, item: Fields, last: number, zone: string): Window[] {
  const { from, to, name } = item;
  if (typeof from !== 'string' || typeof to !== 'string' || from === to) return [];
  const start = withinCareDay(day, from, zone);
  const first = from < '07:00' ? nextDay(day) : day;
  const end = Math.min(last, withinCareDay(to > from ? first : nextDay(first), to, zone, true));
  return start < end ? [[start, end, typeof name === 'string' && name ? name : `${from}-${to}`]] : [];
}

export interface Due {
  state: 'not_due' | 'due' | 'late' | 'paused';
  due_at_ms: number | null;
  last_offer_ms: number | null;
}

/**
 * So much waking time of this care day without an offer, pauses left out. `excused` are absences and nil by mouth.
 * Asleep at night is nobody's lateness: outside waking hours nothing is due.
 */
export function due(entries: Happening[], plan: Fields, now_ms: number, zone: string, pace: Pace, excused: Span[] = []): Due {
  const known = entries.filter((one) => one.happened_ms <= now_ms);
  const offers = known.filter((one) => OFFERS.has(one.outcome)).map((one) => one.happened_ms);
  const last_offer_ms = offers.length ? Math.max(...offers) : null;
  const [starts] = careDayBounds(careDay(now_ms, zone), zone);
  const [wakes, sleeps] = waking(plan, now_ms, zone, pace);
  if (now_ms < wakes || now_ms >= sleeps) return { state: 'not_due', due_at_ms: null, last_offer_ms };
  const still = pauses(known.filter((one) => one.happened_ms >= starts), plan, zone, excused);
  const every = whole(plan['check_every_minutes']) || pace.due_minutes;
  const free = minus([[Math.max(wakes, last_offer_ms ?? wakes), sleeps]], still);
  const due_at_ms = after(free, every * 60_000);
  const late_at = after(free, Math.max(every, pace.no_offer_minutes) * 60_000);
  if (still.some(([start, end]) => start <= now_ms && now_ms < end)) return { state: 'paused', due_at_ms, last_offer_ms };
  const state = late_at !== null && late_at <= now_ms ? 'late' : due_at_ms !== null && due_at_ms <= now_ms ? 'due' : 'not_due';
  return { state, due_at_ms, last_offer_ms };
}

/** When the clock stands still: `excused` whole, and each pausing entry to the end of the window that it stands in. */
export function pauses(entries: Happening[], plan: Fields, zone: string, excused: Span[]): Span[] {
  const found: Span[] = excused.map(([start, end]) => [start, end]);
  for (const { outcome, happened_ms: at } of entries) {
    if (!PAUSES.has(outcome)) continue;
    const ends = excused.filter(([start, end]) => start <= at && at < end).map(([, end]) => end);
    const window = windowEnd(at, plan, zone);
    if (window !== null) ends.push(window);
    if (ends.length) found.push([at, Math.max(...ends)]);
  }
  return merged(found);
}
