// A drinks round: who sits where, what is on the trolley, and how far somebody has come with it. What was recorded is
// never kept here: it is read from the entries, so that a round cannot say more than the record does.

import { meta, setMeta } from '../db';
import { draft, keepDraft } from '../drafts';
import { english_said, said } from '../said';
import { session } from '../session';
import { text } from '../state';
import { hideHere, showHere } from '../vault';
import { correctedNow, ofKind, ofResident, type Shown } from '../view';
import { number } from './hydration_check';
import { nilByMouth, type Plan } from './hydration_plan';
import type { Resident } from './resident';

/** Where somebody is in a round. Kept for its author through locks and restarts. */
export interface Place {
  /** A unit, or '' for the whole home. */
  room: string;
  drink: string;
  vessel: string;
  started: number;
  /** Fixed for the round: nobody is inserted under a finger. */
  order: string[];
  skipped: string[];
  /** Asked for although somebody else had just recorded them. */
  added: string[];
}

const KEY = 'round';

export async function keptPlace(): Promise<Place | null> {
  const kept = await draft(KEY);
  return kept ? (JSON.parse(kept) as Place) : null;
}

export function keepPlace(place: Place | null): Promise<void> {
  return keepDraft(KEY, place ? JSON.stringify(place) : '');
}

type Seats = Record<string, string[]>;

async function allSeats(): Promise<Seats> {
  const kept = await meta('seats');
  return kept ? showHere<Seats>('seats', kept) : {};
}

/** The people of a room as they sit, by what somebody set on this tablet; whoever is new comes after, by room. */
export async function seated(room: string, people: Resident[]): Promise<string[]> {
  const kept = (await allSeats())[room] ?? [];
  const rank = (one: Resident) => (kept.indexOf(one.id) + 1 || kept.length + 1);
  const by = (a: Resident, b: Resident) => rank(a) - rank(b) || (a.room ?? '').localeCompare(b.room ?? '', 'en', { numeric: true }) || a.name.localeCompare(b.name);
  return [...people].sort(by).map((one) => one.id);
}

export async function keepSeats(room: string, order: string[]): Promise<void> {
  await setMeta('seats', await hideHere('seats', { ...(await allSeats()), [room]: order }));
}

const MOST_DRINKS = 8;

/** What may be on the trolley: the home's own drinks first, then the usual ones. In English, by which two entries are known for one drink. */
export function drinks(): string[] {
  const usual = english_said.said.round.drinks;
  const own = ofKind('vessel').filter((one) => one.fields['retired'] !== true).flatMap((one) => text(one.fields['drink_default']) ?? []);
  const found = new Map([...own, ...usual].reverse().map((one) => [one.toLowerCase(), one]));
  return [...found.values()].reverse().slice(0, MOST_DRINKS);
}

/** The drink in the language of whoever reads it; the home's own stay as it named them. */
export function sayUsual(drink: string): string {
  return said.round.drinks[english_said.said.round.drinks.indexOf(drink)] ?? drink;
}

/** Whoever's drink must be checked against their plan, one person at a time. */
export function needsOwnSheet(plan: Plan, now: number): boolean {
  return plan.level > 0 || plan.limit_ml !== null || nilByMouth(plan.fields, now) || Object.keys(plan.differ).length > 0;
}

/** What the person at the screen has recorded of somebody since the round began. */
export function mine(resident: string, place: Place): Shown | null {
  return newest(resident, (one) => one.author === session()?.id && one.recorded_ms >= place.started);
}

/** Somebody else's drink within this time may be the one that is about to be recorded again. */
const JUST_NOW_MS = 30 * 60_000;
const OFFERED = new Set(['given', 'drank', 'refused']);

/** What somebody else has just recorded of the same person. */
export function anothers(resident: string, place: Place): Shown | null {
  const since = Math.min(place.started, correctedNow() - JUST_NOW_MS);
  return newest(resident, (one) => one.author !== session()?.id && one.happened_ms >= since && OFFERED.has(String(one.fields['outcome'])));
}

function newest(resident: string, wanted: (one: Shown) => boolean): Shown | null {
  return ofResident(resident, 'hydration_check').filter(wanted).sort((a, b) => b.recorded_ms - a.recorded_ms)[0] ?? null;
}

/** Handed round and left untouched: an offer of which nothing was drunk. A reason may follow, none is made up. */
export function drankNone(all: Record<string, unknown>): Record<string, unknown> {
  return { ...all, fraction: 0, drunk_ml: 0 };
}

/** Whether an entry says that nothing of a cup was drunk, and not why. */
export function saysNone(one: Shown | null): boolean {
  return one?.fields['outcome'] === 'drank' && number(one.fields['drunk_ml']) === 0;
}
