// What an appointment still asks of the home: attended is not done. The twin of sync/rules/appointments.py, held to it by
// tests/vectors/appointment_state.json. Pure: the time is an argument.

import type { Fields } from './types';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What may still be open, the most pressing first: the first one is the appointment's state. */
export const ORDER = [
  'outcome_missing', 'safeguarding', 'follow_up_overdue', 'awaiting_update', 'follow_up_unallocated', 'actions_not_listed', 'no_evidence',
  'care_plan', 'next_not_booked', 'follow_up_open', 'outcome_due', 'coming',
] as const;
export type Asked = (typeof ORDER)[number];
export type State = Asked | 'done';

/** A record about the appointment, an outcome or a follow-up, and when it was made. */
export interface Said {
  at_ms: number;
  fields: Fields;
}

/** Hours within which each thing happens: the thresholds `appointments.*` (sync/thresholds.py). */
export const LIMITS = { outcome_hours: 24, allocate_hours: 24, update_hours: 72, care_plan_hours: 72, letter_hours: 24 };
export type Limits = typeof LIMITS;

export interface Standing {
  state: State;
  open: Asked[];
  late: Asked[];
  /** While an update is awaited: since how many whole days, and when somebody asks again, where that was said. */
  days_waiting: number | null;
  chase_ms: number | null;
}

/** `booked`: an appointment arises from this one. `followUps` are all of it or of its outcomes; struck ones are left out. */
export function judge(starts_ms: number, outcomes: Said[], followUps: Said[], booked: boolean, now_ms: number, limits: Limits): Standing {
  const told = [...outcomes].sort((a, b) => a.at_ms - b.at_ms);
  const found = new Map<Asked, boolean>();
  if (!told.length) {
    const since = now_ms - starts_ms;
    found.set(since < 0 ? 'coming' : since <= limits.outcome_hours * HOUR_MS ? 'outcome_due' : 'outcome_missing', since > limits.outcome_hours * HOUR_MS);
    return standing(found);
  }
  for (const each of followUps) {
    const asks = followUp(each, now_ms, limits);
    if (asks) found.set(asks.open, asks.late || found.get(asks.open) === true);
  }
  const settled = told.filter((one) => one.fields['attendance'] !== 'awaiting_update');
  if (settled.length) {
    stillAsked(settled, followUps, booked, now_ms, limits, found);
    return standing(found);
  }
  const waited = now_ms - told[0]!.at_ms;
  found.set('awaiting_update', waited > limits.update_hours * HOUR_MS);
  const chase = told.findLast((one) => typeof one.fields['next_chase_at'] === 'string')?.fields['next_chase_at'];
  return standing(found, Math.max(0, Math.floor(waited / DAY_MS)), chase ? Date.parse(String(chase)) : null);
}

function standing(found: Map<Asked, boolean>, days_waiting: number | null = null, chase_ms: number | null = null): Standing {
  const open = ORDER.filter((one) => found.has(one));
  return { state: open[0] ?? 'done', open, late: open.filter((one) => found.get(one)), days_waiting, chase_ms };
}

/** What the outcomes themselves leave open. Where several were recorded, what any of them asks for stays asked. */
function stillAsked(settled: Said[], followUps: Said[], booked: boolean, now_ms: number, limits: Limits, found: Map<Asked, boolean>): void {
  const any = (name: string, ...values: string[]) => settled.some((one) => values.includes(String(one.fields[name])));
  const says = (name: string) => settled.some((one) => Boolean(one.fields[name]));
  const since = now_ms - settled[0]!.at_ms;
  if (any('attendance', 'not_supported_to_attend') && !says('safeguarding_decision')) found.set('safeguarding', true);
  const listed = any('actions_required', 'listed');
  if ((!listed && !any('actions_required', 'none')) || (listed && !followUps.length)) found.set('actions_not_listed', since > limits.allocate_hours * HOUR_MS);
  const unsaid = any('attendance', 'attended', 'attended_part') && !any('care_plan_change', 'done', 'not_needed');
  if (any('care_plan_change', 'needed') || unsaid) found.set('care_plan', since > limits.care_plan_hours * HOUR_MS);
  if (says('next_promised') && !booked && !followUps.some((one) => one.fields['asks'] === 'book')) found.set('next_not_booked', false);
}

/** What is open about a follow-up, and whether its time has passed; null for one done with evidence, or not needed because of something. */
export function followUp(each: Said, now_ms: number, limits: Limits): { open: Asked; late: boolean } | null {
  const { status, evidence, due_at, owner } = each.fields;
  if (status === 'not_needed') return null;
  if (status === 'done') return evidence ? null : { open: 'no_evidence', late: false };
  const due_ms = typeof due_at === 'string' ? Date.parse(due_at) : NaN;
  if (due_ms < now_ms) return { open: 'follow_up_overdue', late: true };
  if (!owner || Number.isNaN(due_ms)) return { open: 'follow_up_unallocated', late: now_ms - each.at_ms > limits.allocate_hours * HOUR_MS };
  return { open: 'follow_up_open', late: false };
}
