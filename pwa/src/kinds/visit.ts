// Appointments as this tablet knows them: each with its person, its outcomes and its follow-ups, and what it still asks.

import { followUp, judge, LIMITS, type Limits, type Said, type Standing } from '../appointment_state';
import { iso } from '../clock';
import type { Draft } from '../outbox';
import { state, text } from '../state';
import { instant, local } from '../time';
import type { Fields } from '../types';
import { correctedNow, ofKind, view, zone, type Shown } from '../view';
import { residentOf, type Resident } from './resident';
import { settings } from './threshold';

const DAY_MS = 24 * 3_600_000;
/** Tablets hold an appointment with all that belongs to it for so long (sync/kinds/appointment.py); of older ones it cannot judge. */
const HELD_MS = 28 * DAY_MS;

export interface Visit {
  shown: Shown;
  starts_ms: number;
  person: Resident | null;
  outcomes: Shown[];
  followUps: Shown[];
  standing: Standing;
}

export function limits(now = correctedNow()): Limits {
  return settings(LIMITS, '', null, now, 'appointments');
}

/** Every appointment that this tablet can judge, by when it starts. */
export function visits(now = correctedNow()): Visit[] {
  const outcomes = groupBy(ofKind('appointment_outcome'), 'appointment');
  const followUps = groupBy(ofKind('follow_up'), 'about');
  const booked = new Set(ofKind('appointment').map((one) => text(one.fields['arises_from'])));
  const hours = limits(now);
  return ofKind('appointment')
    .map((shown) => visit(shown, outcomes, followUps, booked, now, hours))
    .filter((one) => one.starts_ms > now - HELD_MS)
    .sort((a, b) => a.starts_ms - b.starts_ms);
}

export function visitOf(id: string, now = correctedNow()): Visit | null {
  const shown = view(id);
  if (shown?.kind !== 'appointment') return null;
  const booked = new Set(ofKind('appointment').map((one) => text(one.fields['arises_from'])));
  return visit(shown, groupBy(ofKind('appointment_outcome'), 'appointment'), groupBy(ofKind('follow_up'), 'about'), booked, now, limits(now));
}

function visit(shown: Shown, outcomes: Map<string, Shown[]>, followUps: Map<string, Shown[]>, booked: Set<string | null>, now: number, hours: Limits): Visit {
  const own = [...(outcomes.get(shown.record) ?? [])].sort((a, b) => a.happened_ms - b.happened_ms);
  const todo = [shown, ...own].flatMap((one) => followUps.get(one.record) ?? []);
  const starts_ms = Date.parse(String(shown.fields['starts_at'] ?? '')) || shown.happened_ms;
  const standing = judge(starts_ms, own.map(said), todo.map(said), booked.has(shown.record), now, hours);
  const resident = text(shown.fields['resident']);
  return { shown, starts_ms, person: resident ? residentOf(resident) : null, outcomes: own, followUps: todo, standing };
}

export function said(shown: Shown): Said {
  return { at_ms: shown.happened_ms, fields: shown.fields };
}

function groupBy(all: Shown[], field: string): Map<string, Shown[]> {
  const found = new Map<string, Shown[]>();
  for (const one of all) {
    const key = text(one.fields[field]);
    if (key) found.set(key, [...(found.get(key) ?? []), one]);
  }
  return found;
}

/** Outcomes that settle it: an update that is awaited is not one. */
export function settled(of: Visit): Shown[] {
  return of.outcomes.filter((one) => one.fields['attendance'] !== 'awaiting_update');
}

/** Somebody moved it after it was made, by the server's own history. */
export function timeChanged(of: Visit): boolean {
  const [, ...later] = state.records.get(of.shown.record)?.history ?? [];
  return later.some((one) => 'starts_at' in one.fields);
}

// ---- follow-ups ----

export interface Todo {
  shown: Shown;
  open: NonNullable<ReturnType<typeof followUp>>;
  due_ms: number | null;
}

/** What is open of one follow-up; null when it is closed. */
export function todo(shown: Shown, now = correctedNow(), hours = limits(now)): Todo | null {
  const open = followUp(said(shown), now, hours);
  const due_ms = Date.parse(String(shown.fields['due_at'] ?? ''));
  return open && { shown, open, due_ms: Number.isNaN(due_ms) ? null : due_ms };
}

/** Every open follow-up of the home, the first due first; those without a day last. */
export function todos(now = correctedNow()): Todo[] {
  const hours = limits(now);
  return ofKind('follow_up')
    .flatMap((one) => todo(one, now, hours) ?? [])
    .sort((a, b) => (a.due_ms ?? Infinity) - (b.due_ms ?? Infinity) || a.shown.happened_ms - b.shown.happened_ms);
}

/** The appointment that a follow-up or an outcome belongs to, where this tablet holds it. */
export function appointmentOf(shown: Shown): Shown | null {
  if (shown.kind === 'appointment') return shown;
  const above = text(shown.fields[shown.kind === 'follow_up' ? 'about' : 'appointment']);
  const found = above ? view(above) : null;
  return found ? appointmentOf(found) : null;
}

// ---- what is written ----

/** The end of the day so many days from now, on the home's clock: what is due that day is due until then. */
export function endOfDay(days: number, now = Date.now()): string {
  const at = local(now, zone());
  const day = new Date(Date.UTC(at.y, at.m - 1, at.d + days));
  return iso(instant({ y: day.getUTCFullYear(), m: day.getUTCMonth() + 1, d: day.getUTCDate(), h: 23, min: 59 }, zone()));
}

/** A visit that is happening now, planned by nobody. */
export function visitNow(resident: string, type: string, origin: string): Draft {
  return { kind: 'appointment', fields: { resident, type, starts_at: iso(Date.now()), origin } };
}

/** A change to something that belongs to an appointment. */
export function change(shown: Shown, fields: Fields): Draft {
  return { kind: shown.kind, record: shown.record, resident: text(shown.fields['resident']), fields };
}
