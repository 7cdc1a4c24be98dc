// Who is due a drink, and how far along they should be: the twin of sync/rules/hydration.py, held to it by
// tests/vectors/hydration_pace.json. Pure: the time is an argument. The numbers are the defaults of sync/thresholds.py
// and are replaced by the home's own `threshold` records.

import { careDay, withinCareDay } from './time';
import type { Fields } from './types';

export interface Pace {
  /** Defaults of the thresholds of the same names. */
  target_female_ml: number;
  target_male_ml: number;
  target_floor_ml: number;
  wakes_at: string;
  sleeps_at: string;
  /** Minutes without an offer after which a drink is due, and after which it is late. */
  due_minutes: number;
  late_minutes: number;
}

export const DEFAULTS: Pace = {
  target_female_ml: 1600,
  target_male_ml: 2000,
  target_floor_ml: 1500,
  wakes_at: '07:00',
  sleeps_at: '21:00',
  due_minutes: 120,
  late_minutes: 180,
};

export type Basis = 'limit' | 'plan' | 'sex' | 'floor';

/** What to aim for in a care day, and why: a limit is an upper bound, never something to reach. */
export function target(plan: Fields, person: Fields, pace: Pace = DEFAULTS): { ml: number; basis: Basis } {
  if (typeof plan['limit_ml'] === 'number') return { ml: plan['limit_ml'], basis: 'limit' };
  if (typeof plan['target_ml'] === 'number') return { ml: plan['target_ml'], basis: 'plan' };
  const sex = String(person['sex'] ?? '');
  if (sex.startsWith('f')) return { ml: pace.target_female_ml, basis: 'sex' };
  if (sex.startsWith('m')) return { ml: pace.target_male_ml, basis: 'sex' };
  return { ml: pace.target_floor_ml, basis: 'floor' };
}

/** The waking hours of the care day that `now` is in. */
export function waking(plan: Fields, now_ms: number, zone: string, pace: Pace = DEFAULTS): [number, number] {
  const day = careDay(now_ms, zone);
  const wakes = typeof plan['wakes_at'] === 'string' ? plan['wakes_at'] : pace.wakes_at;
  const sleeps = typeof plan['sleeps_at'] === 'string' ? plan['sleeps_at'] : pace.sleeps_at;
  return [withinCareDay(day, wakes, zone), withinCareDay(day, sleeps, zone)];
}

/** Target times the share of waking time that has gone. */
export function expectedBy(target_ml: number, now_ms: number, [wakes, sleeps]: [number, number]): number {
  if (sleeps <= wakes) return target_ml;
  const share = Math.min(1, Math.max(0, (now_ms - wakes) / (sleeps - wakes)));
  return Math.round(target_ml * share);
}

export interface Offer {
  outcome: string;
  happened_ms: number;
}

/** What counts as an offer, what stops the clock, and what does neither (care.md, Alerts 4). */
const OFFERS = new Set(['given', 'drank', 'refused', 'left_within_reach', 'unwell']);
const PAUSES = new Set(['asleep', 'out', 'nil_by_mouth', 'restriction_reached', 'unsafe_to_swallow', 'comfort_only']);
/** Ends of the windows of a care day, by wall clock; a pause lasts to the end of the window it stands in. */
const WINDOW_ENDS = ['10:00', '12:00', '14:00', '17:00', '20:00', '23:00'];

export type Due = { state: 'due' | 'late' | 'ok'; last_offer_ms: number | null; due_at_ms: number | null };

/** Whether a drink is due. Asleep at night is nobody's lateness: outside waking hours nothing is. */
export function due(offers: Offer[], plan: Fields, now_ms: number, zone: string, pace: Pace = DEFAULTS): Due {
  const [wakes, sleeps] = waking(plan, now_ms, zone, pace);
  const last = offers.filter((one) => OFFERS.has(one.outcome) && one.happened_ms <= now_ms);
  const last_offer_ms = last.length ? Math.max(...last.map((one) => one.happened_ms)) : null;
  if (now_ms < wakes || now_ms >= sleeps) return { state: 'ok', last_offer_ms, due_at_ms: null };
  const day = careDay(now_ms, zone);
  const ends = WINDOW_ENDS.map((at) => withinCareDay(day, at, zone));
  const paused = offers
    .filter((one) => PAUSES.has(one.outcome) && one.happened_ms <= now_ms)
    .map((one) => ends.find((end) => end > one.happened_ms) ?? sleeps);
  const from = Math.max(wakes, last_offer_ms ?? 0, ...paused);
  const every = typeof plan['check_every_minutes'] === 'number' ? plan['check_every_minutes'] : pace.due_minutes;
  const late = Math.max(every, pace.late_minutes);
  const minutes = (now_ms - from) / 60_000;
  return { state: minutes >= late ? 'late' : minutes >= every ? 'due' : 'ok', last_offer_ms, due_at_ms: from + every * 60_000 };
}
