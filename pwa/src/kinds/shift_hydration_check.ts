// The senior carer's look over a shift's drinks: what the records propose, what was decided, and what is signed off.

import { iso } from '../clock';
import { DEFAULTS, windows, type Window } from '../due';
import { draft, keepDraft } from '../drafts';
import type { Draft } from '../outbox';
import { said } from '../said';
import { session } from '../session';
import { dayOf, propose, SHIFT_DEFAULTS, standsOpen, type Finding, type Proposal, type Said } from '../shift_check';
import { shiftBounds } from '../shifts';
import { state, text } from '../state';
import { careDayBounds } from '../time';
import type { Fields } from '../types';
import { ofKind, ofResident, tabletName, zone, type Shown } from '../view';
import { fill } from '../words';
import { alerts, isOpen } from './alert';
import { decisionOf, wantsDecision } from './alert_decision';
import { THE_DRINK } from './conflict';
import { asDrink, decided, toCheck, total, withinMs } from './double_check';
import { number, standing, today } from './hydration_check';
import { planOf } from './hydration_plan';
import type { Resident } from './resident';
import { settings } from './threshold';

export interface Gap {
  decision: string;
  not_needed_because?: string;
}

/** A decision about low intake: whom was contacted, or why nobody was. */
export interface Low {
  decision: string;
  contacted?: string;
  contacted_at?: string;
  advice?: string;
  no_escalation_reason?: string;
}

/** What the senior carer has decided of one person so far. */
export interface Decided {
  agreed: boolean;
  finding?: Finding;
  gaps: Record<string, Gap>;
  low?: Low;
  /** The record once it is written: a sign-off that was interrupted goes on after it. */
  written?: string;
}

export interface Begun {
  shift: string;
  unit: string;
  people: Record<string, Decided>;
}

const KEY = 'shift-check';

export async function begun(): Promise<Begun | null> {
  const kept = await draft(KEY);
  return kept ? (JSON.parse(kept) as Begun) : null;
}

export function keepBegun(one: Begun | null): Promise<void> {
  return keepDraft(KEY, one ? JSON.stringify(one) : '');
}

export interface Look extends Proposal {
  person: Resident;
  /** The windows of the gaps, for their times. */
  windows: Window[];
  /** Names of windows in which a cup still stands open. */
  cups: Set<string>;
  /** The last moment of the care day that the check looks at, or now: what was drunk by then is shown. */
  at_ms: number;
  /** Pairs of that day that may be one drink, of which nobody has decided. */
  doubles: [Shown, Shown][];
}

/** What the records on this tablet say of one person's shift. */
export function lookAt(person: Resident, shift: string, now_ms: number): Look {
  const now = standing(person, now_ms);
  const [start, end] = careDayBounds(dayOf(shift), zone());
  const shown = ofResident(person.id, 'hydration_check').filter((one) => one.happened_ms >= start && one.happened_ms < end);
  const entries = shown.map(entryOf);
  const found = propose({
    shift, now_ms, zone: zone(), entries, plan: now.plan.fields, person: person.fields, excused: now.excused,
    drunk_ml: total(shown.filter((one) => one.happened_ms <= now_ms).flatMap((one) => asDrink(one) ?? []), withinMs(start), decided()).low_ml,
    numbers: settings({ ...DEFAULTS, ...SHIFT_DEFAULTS }, person.id, person.unit, now_ms),
  });
  const all = windows(dayOf(shift), now.plan.fields, zone());
  const open = entries.filter(standsOpen);
  const cups = new Set(all.filter(([from, to]) => open.some((one) => from <= one.happened_ms && one.happened_ms < to)).map(([, , name]) => name));
  const at_ms = Math.min(now_ms, end - 1);
  return { ...found, person, windows: all, cups, at_ms, doubles: toCheck(person.id, at_ms) };
}

/** What nobody has answered or decided since the shift began, of people whom the check does not ask about. */
export function looseEnds(others: Resident[], shift: string, now_ms: number): (Pick<Look, 'person' | 'doubles'> & { cups: Shown[] })[] {
  const [begins] = shiftBounds(shift, zone())!;
  return others.flatMap((person) => {
    const cups = today(person.id, planOf(person.id), now_ms).open_cups.filter((one) => one.happened_ms >= begins);
    const doubles = toCheck(person.id, Math.min(now_ms, careDayBounds(dayOf(shift), zone())[1] - 1));
    return cups.length || doubles.length ? [{ person, cups, doubles }] : [];
  });
}

function entryOf(shown: Shown): Said {
  const { outcome, drunk_ml, reason } = shown.fields;
  return { outcome: String(outcome), happened_ms: shown.happened_ms, recorded_ms: saidMs(shown), drunk_ml: number(drunk_ml), reason: text(reason) };
}

/** When what counts was last said: a cup answered for hours later was not seen at the bedside. */
function saidMs(shown: Shown): number {
  const counts = (fields: Fields) => [...THE_DRINK, 'red_flags', 'occurred_at'].some((name) => name in fields);
  const told = (state.records.get(shown.record)?.history ?? []).filter((one) => counts(one.fields)).map((one) => Date.parse(one.recorded_at));
  const own = (state.overlay.get(shown.record) ?? [])
    .filter((one) => counts(one.submission.fields))
    .map((one) => Date.parse(one.submission.recorded_at) + (one.submission.offset_ms ?? 0));
  return Math.max(...told, ...own, ...(told.length + own.length ? [] : [shown.recorded_ms]));
}

/** What is still to be decided: gaps without a decision, low intake without one, and records that may be one drink. */
export function undecided(look: Look, of: Decided): { gaps: string[]; low: boolean; doubles: boolean } {
  return { gaps: look.gaps.filter((name) => !of.gaps[name]), low: (of.finding ?? look.finding) === 'low_intake' && !of.low, doubles: look.doubles.length > 0 };
}

/** What stands between the senior carer and the sign-off, in sentences. */
export function whatIsMissing(looks: Look[], of: (id: string) => Decided): string[] {
  const open = looks.map((look) => ({ look, ...undecided(look, of(look.person.id)) }));
  const gaps = open.reduce((sum, one) => sum + one.gaps.length, 0);
  return [
    ...(gaps ? [fill(gaps === 1 ? said.shift_check.gap_left : said.shift_check.gaps_left, { n: gaps })] : []),
    ...open.filter((one) => one.low).map((one) => fill(said.shift_check.low_left, { name: one.look.person.name })),
    ...open.filter((one) => one.doubles).map((one) => fill(said.shift_check.double_left, { name: one.look.person.name })),
    ...open.filter((one) => !one.gaps.length && !one.low && !one.doubles && !of(one.look.person.id).agreed).map((one) => fill(said.shift_check.not_agreed, { name: one.look.person.name })),
  ];
}

/** When the person at the screen last recorded something of somebody since then; null when they did not. */
export function offeredSince(resident: string, since: number): number | null {
  const found = ofResident(resident, 'hydration_check').filter((one) => one.author === session()?.id && one.recorded_ms >= since);
  return found.length ? Math.max(...found.map((one) => one.happened_ms)) : null;
}

/** Checks of this shift, the newest first. */
export function checksOf(shift: string): Shown[] {
  return ofKind('shift_hydration_check').filter((one) => one.fields['shift'] === shift).sort((a, b) => b.recorded_ms - a.recorded_ms);
}

/** Tablets whose entries may be missing: those that the home calls silent; all others while this one has no connection. */
export function silent(): string[] {
  if (alone()) return state.tablets.filter((one) => one.id !== state.enrolment?.device).map((one) => one.name);
  return alerts().filter((one) => isOpen(one) && one.fields['rule'] === 'tablets.silent').flatMap((one) => tabletName(text(one.fields['subject'])) ?? []);
}

export function alone(): boolean {
  return state.link === 'unreachable' || state.link === 'busy';
}

/** How far the records on this tablet reach: what stays on the check. */
function basedOn(): Fields {
  const last = state.standing.last_contact;
  const names = silent();
  return { based_on_until: iso(alone() && last !== null ? last : Date.now()), ...(names.length ? { silent_devices: names } : {}) };
}

export function checkDraft(look: Look, of: Decided, shift: string, escalation: string | null): Draft {
  const { windows_due, windows_on_time, windows_late } = look;
  const gaps = look.gaps.map((window) => ({ window, ...of.gaps[window]! }));
  return {
    kind: 'shift_hydration_check',
    fields: {
      shift, resident: look.person.id, finding: of.finding ?? look.finding, windows_due, windows_on_time, windows_late,
      ...(gaps.length ? { gaps } : {}), ...(escalation ? { escalation } : {}), ...basedOn(),
    },
  };
}

/** The one record that every breach has (care.md, Alerts 10), bound to its alert where there is one. */
export function escalationDraft(person: Resident, low: Low): Draft {
  const alert = alerts().find((one) => isOpen(one) && one.fields['subject'] === person.id && wantsDecision(one) && !decisionOf(one));
  const at = iso(Date.now());
  const bound = alert ? { alert: alert.record, tier: text(alert.fields['severity']) ?? 'senior', breached_at: iso(alert.happened_ms) } : { breached_at: at };
  return { kind: 'escalation', fields: { resident: person.id, ...bound, decided_at: at, ...low } };
}
