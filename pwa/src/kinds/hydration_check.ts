// One drink, or one drink that was not drunk: what a tap records, and what a row shows of it.

import type { Author, Draft } from '../outbox';
import { text } from '../state';
import { careDay, careDayBounds, dayOrTime } from '../time';
import type { Fields } from '../types';
import { correctedNow, ofResident, view, zone, type Shown } from '../view';
import { fill, ml, word, words } from '../words';
import { due, ended, expectedBy, isBehind, target, waking, watchedAt, type Due } from '../due';
import { minus, type Span } from '../spans';
import { iso } from '../clock';
import { asDrink, decided, total, withinMs } from './double_check';
import { planOf, type Plan } from './hydration_plan';
import { pace } from './threshold';
import type { Resident } from './resident';
import { sayVessel, type Vessel } from './vessel';

export type Fraction = keyof typeof FRACTIONS;
export const FRACTIONS = { all: 1, three_quarters: 0.75, half: 0.5, quarter: 0.25 } as const;
/** How long a row offers to undo. */
export const UNDO_MS = 10_000;
const OFFERS = new Set(['drank', 'given', 'refused', 'unwell', 'left_within_reach']);
/** Above this the server would refuse an entry. */
export const MOST_ML = 5_000;

export interface Saver extends Author {
  name: string;
}

function planFields(plan: Plan): Fields {
  return plan.shown ? { plan_version: String(plan.shown.seq ?? plan.shown.record) } : {};
}

/** How much of a measured vessel they drank. */
export function drank(person: Resident, vessel: Vessel, fraction: Fraction, plan: Plan, level: number): Fields {
  return {
    resident: person.id,
    outcome: 'drank',
    ...vesselFields(vessel),
    fraction: FRACTIONS[fraction],
    drunk_ml: Math.round(vessel.ml * FRACTIONS[fraction]),
    offered_ml: vessel.ml,
    basis: 'estimated',
    iddsi_level: level,
    ...planFields(plan),
  };
}

/** Handed over: an offer and nothing drunk until somebody says how much. */
export function gave(person: Resident, vessel: Vessel, plan: Plan, level: number): Fields {
  const at = { given_at: iso(Date.now()) };
  return { resident: person.id, outcome: 'given', ...vesselFields(vessel), offered_ml: vessel.ml, iddsi_level: level, ...at, ...planFields(plan) };
}

/** A drink put where they can take it, as thick as it was made: an offer, of no stated size. */
export function left(person: Resident, plan: Plan, level: number): Fields {
  return { resident: person.id, outcome: 'left_within_reach', iddsi_level: level, ...planFields(plan) };
}

/** An amount that somebody measured or typed. */
export function drankAmount(person: Resident, drink: string, amount: number, plan: Plan, level: number): Fields {
  return { resident: person.id, outcome: 'drank', drink, drunk_ml: amount, basis: 'measured', iddsi_level: level, ...planFields(plan) };
}

function vesselFields(vessel: Vessel): Fields {
  return { drink: vessel.drink ?? vessel.name, vessel: vessel.id, vessel_ml: vessel.ml };
}

/** The whole group again with another amount: fields that make sense together are written together. */
export function otherAmount(shown: Shown, drunk_ml: number, reason: string): Draft {
  const vessel_ml = number(shown.fields['vessel_ml']);
  const within = vessel_ml !== null && drunk_ml <= vessel_ml;
  return correction(shown, {
    outcome: 'drank',
    drunk_ml,
    ...(vessel_ml === null ? {} : within ? { fraction: Math.round((drunk_ml / vessel_ml) * 100) / 100 } : { fraction: null, vessel: null, vessel_ml: null }),
    basis: within ? 'estimated' : 'measured',
    correction_reason: reason,
  });
}

/** What is left of the group once something else happened: an offer keeps its cup, and nothing keeps an amount or a reason. */
export function otherOutcome(shown: Shown, outcome: string): Fields {
  const lost = ['drunk_ml', 'fraction', 'basis', 'from_food', 'reason', 'next_step', ...(OFFERS.has(outcome) ? [] : ['drink', 'vessel', 'vessel_ml', 'offered_ml'])];
  return { ...Object.fromEntries(lost.filter((name) => name in shown.fields).map((name) => [name, null])), outcome };
}

/** Another amount, out of another cup where one is named. */
export function otherDrink(shown: Shown, drunk_ml: number, cup: Vessel | null): Fields {
  const other = { ...(shown.fields['outcome'] === 'drank' ? {} : otherOutcome(shown, 'drank')), ...(cup ? { ...vesselFields(cup), offered_ml: cup.ml } : {}) };
  return { ...other, ...otherAmount({ ...shown, fields: { ...shown.fields, ...other } }, drunk_ml, '').fields };
}

export function correction(shown: Shown, fields: Fields): Draft {
  return { kind: 'hydration_check', record: shown.record, resident: text(shown.fields['resident']), fields };
}

export function strike(record: string, resident: string, reason: string): Draft {
  return { kind: 'hydration_check', record, resident, fields: { struck_out: true, correction_reason: reason } };
}

/** "Drank all, tea, mug 200ml": the sentence a row, an announcement and a button say. */
export function say(fields: Fields, vesselName?: string | null): string {
  const outcome = String(fields['outcome'] ?? '');
  const name = vesselName ?? text(view(String(fields['vessel'] ?? ''))?.fields['name']);
  const drink = text(fields['drink']);
  const what = drink || name ? sayVessel(drink, name === drink ? null : name) : null;
  const drunk = number(fields['drunk_ml']);
  if (outcome === 'drank') {
    const part = fields['fraction'] === 0 ? 'none' : (Object.keys(FRACTIONS) as Fraction[]).find((one) => FRACTIONS[one] === fields['fraction']);
    const amount = what ? `${what.toLowerCase()} ${ml(drunk ?? 0)}` : ml(drunk ?? 0);
    return part ? fill(words.drink.drank, { fraction: words.fraction_say[part], what: amount }) : `${words.drink.drank_outcome} ${amount}`;
  }
  if (outcome === 'given') return fill(words.drink.gave, { what: sayDrink(fields) });
  const said = sayOutcome(outcome);
  const reason = text(fields['reason']);
  return reason ? `${said}: ${word(words.drink.reasons, reason).toLowerCase()}` : said;
}

/** "teacup 150ml": what stands there to be drunk. */
export function sayDrink(fields: Fields): string {
  const name = text(view(String(fields['vessel'] ?? ''))?.fields['name']);
  const drink = text(fields['drink']);
  return `${sayVessel(drink, name === drink ? null : name).toLowerCase()} ${ml(number(fields['vessel_ml']) ?? 0)}`;
}

export function sayOutcome(outcome: string): string {
  const known: Record<string, string> = { ...(words.drink as unknown as Record<string, string>), drank: words.drink.drank_outcome, other: words.drink.other_outcome };
  const found = known[outcome];
  return typeof found === 'string' ? found : outcome.replaceAll('_', ' ');
}

export interface Today {
  entries: Shown[];
  /** What was drunk: suspected doubles counted once, and counted both. */
  drunk_ml: number;
  up_to_ml: number;
  to_check: number;
  last: Shown | null;
  open_cups: Shown[];
  /** The last drink seen to its end, when the plan is not newer than it: what "Same again" repeats. */
  same_again: Vessel | null;
  same_level: number;
}

/** A cup waits for its answer through the turn of the care day: the night that is signed off in the morning may have 25 hours behind it. */
const CUP_MS = 25 * 3_600_000;

/** What is known of one person's care day, on this tablet, now. */
export function today(resident: string, plan: Plan, now = correctedNow()): Today {
  const [start, end] = careDayBounds(careDay(now, zone()), zone());
  const all = ofResident(resident, 'hydration_check').sort((a, b) => a.happened_ms - b.happened_ms || a.recorded_ms - b.recorded_ms);
  const entries = all.filter((one) => one.happened_ms >= start && one.happened_ms < end);
  const sum = total(entries.flatMap((one) => asDrink(one) ?? []), withinMs(start), decided());
  const last = [...all].sort((a, b) => b.recorded_ms - a.recorded_ms)[0] ?? null;
  const lastDrink = [...all].reverse().find((one) => ['drank', 'given'].includes(String(one.fields['outcome']))) ?? null;
  return {
    entries,
    drunk_ml: sum.low_ml,
    up_to_ml: sum.high_ml,
    to_check: sum.to_check,
    last: last && last.happened_ms >= start ? last : null,
    open_cups: all.filter((one) => one.fields['outcome'] === 'given' && one.happened_ms > now - CUP_MS),
    same_again: lastDrink ? sameAgain(lastDrink, plan) : null,
    same_level: number(lastDrink?.fields['iddsi_level']) ?? 0,
  };
}

function sameAgain(last: Shown, plan: Plan): Vessel | null {
  const vessel = text(last.fields['vessel']);
  const size = number(last.fields['vessel_ml']);
  if (last.fields['outcome'] !== 'drank' || !vessel || size === null) return null;
  if (plan.shown && plan.shown.happened_ms > last.happened_ms) return null;
  if (plan.shown && (number(last.fields['iddsi_level']) ?? 0) !== plan.level) return null;
  return { id: vessel, name: text(view(vessel)?.fields['name']) ?? '', ml: size, drink: text(last.fields['drink']) };
}

export interface Standing {
  plan: Plan;
  day: Today;
  due: Due;
  target: ReturnType<typeof target>;
  expected_ml: number;
  /** So far under what is expected that somebody has to see to it. */
  behind: boolean;
  /** Waking time of the day in which they were there and could drink. */
  free: Span[];
  /** Absences and nil by mouth. */
  excused: Span[];
  watched: boolean;
  away: Shown | null;
}

/** Everything a row says of one person. */
export function standing(person: Resident, now = correctedNow()): Standing {
  const plan = planOf(person.id);
  const day = today(person.id, plan, now);
  const numbers = pace(person.id, person.unit, now);
  const aim = target(plan.fields, person.fields, numbers);
  const entries = day.entries.map((one) => ({ outcome: String(one.fields['outcome']), happened_ms: one.happened_ms }));
  const away = ofResident(person.id, 'absence').find((one) => span(one.fields, 'from', 'to').some(([from, to]) => from <= now && now < to)) ?? null;
  const excused = excusedOf(person.id, plan.fields);
  const free = minus([waking(plan.fields, now, zone(), numbers)], excused);
  const found = due(entries, plan.fields, now, zone(), numbers, excused);
  const watched = watchedAt(plan.fields, now, zone());
  const quiet = !watched || ended(plan.fields, now, zone());
  const expected_ml = expectedBy(aim.ml, now, free);
  return {
    plan,
    day,
    due: quiet ? { ...found, state: 'not_due' } : found,
    target: aim,
    expected_ml,
    behind: !quiet && !away && isBehind(day.drunk_ml, expected_ml, plan.fields, now, free, numbers),
    free,
    excused,
    watched,
    away,
  };
}

/** Absences and nil by mouth. */
export function excusedOf(resident: string, plan: Fields): Span[] {
  return [...ofResident(resident, 'absence').flatMap((one) => span(one.fields, 'from', 'to')), ...span(plan, 'nil_by_mouth_from', 'nil_by_mouth_until')];
}

const time = (value: unknown) => dayOrTime(value, zone());

function span(fields: Fields, from: string, to: string): Span[] {
  const start = time(fields[from]);
  return start === null ? [] : [[start, time(fields[to]) ?? Number.MAX_SAFE_INTEGER]];
}

export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
