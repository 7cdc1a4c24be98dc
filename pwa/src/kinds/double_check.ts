// Two tablets, one drink? Which entries may be the same drink written down twice, what they add up to meanwhile, and a
// person's word that both are real. The first half is pure, the twin of sync/rules/doubles.py (tests/vectors/doubles.json).

import type { Draft } from '../outbox';
import { state, text } from '../state';
import type { Fields } from '../types';
import { correctedNow, ofResident, view, zone, type Shown } from '../view';
import { careDay, careDayBounds } from '../time';

/** One entry of one person that counts; `device` is the tablet that it was first written on. */
export interface Drink {
  id: string;
  happened_ms: number;
  drink: string | null;
  ml: number;
  device: string | null;
}

/** Both readings of an intake: suspected doubles counted once, and counted both; how many there are to check. */
export interface Total {
  low_ml: number;
  high_ml: number;
  to_check: number;
}

/** Same drink and amount from two tablets this close may be one drink, where the home has set nothing else. */
export const DOUBLE_MINUTES = 2;

/** Two entries as one name, whichever comes first. */
export function pairKey(one: string, other: string): string {
  return [one.toLowerCase(), other.toLowerCase()].sort().join(' ');
}

/** Every pair that may be one drink and of which nobody has said that both are real. */
export function suspected(drinks: Drink[], within_ms: number, decided: ReadonlySet<string>): [Drink, Drink][] {
  return alike(drinks).flatMap((list) =>
    list.flatMap((one, at) =>
      list.slice(at + 1).flatMap((other): [Drink, Drink][] => (mayBeOne(one, other, within_ms, decided) ? [[one, other]] : [])),
    ),
  );
}

/** What one person's entries add up to. In the least, entries count once where each may be the same as each. */
export function total(drinks: Drink[], within_ms: number = DOUBLE_MINUTES * 60_000, decided: ReadonlySet<string> = new Set()): Total {
  const sum: Total = { low_ml: 0, high_ml: 0, to_check: 0 };
  for (const list of alike(drinks)) {
    const groups: Drink[][] = [];
    for (const one of list) {
      sum.high_ml += one.ml;
      const home = groups.find((group) => group.every((each) => mayBeOne(each, one, within_ms, decided)));
      if (home) {
        home.push(one);
        sum.to_check += 1;
      } else {
        groups.push([one]);
        sum.low_ml += one.ml;
      }
    }
  }
  return sum;
}

/** Entries of one drink and amount, each list by time. Nothing drunk is no drink. */
function alike(drinks: Drink[]): Drink[][] {
  const found = new Map<string, Drink[]>();
  for (const one of drinks) {
    if (one.ml <= 0) continue;
    const key = `${one.ml} ${one.drink ?? ''}`;
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return [...found.values()].map((list) => list.sort((a, b) => a.happened_ms - b.happened_ms || (a.id < b.id ? -1 : 1)));
}

function mayBeOne(one: Drink, other: Drink, within_ms: number, decided: ReadonlySet<string>): boolean {
  if (one.device === other.device || Math.abs(one.happened_ms - other.happened_ms) > within_ms) return false;
  return !decided.has(pairKey(one.id, other.id));
}

// ---- what this tablet holds ----

/** A record of this kind that carries it is from somebody who may not decide (sync/flags.py). */
const DECIDES_NOTHING = 'decides nothing';
/** Who may decide between two entries (sync/roles.py). */
export const DECIDERS = new Set([
  'senior_carer', 'shift_leader', 'duty_manager', 'deputy_manager', 'registered_manager', 'provider_quality_lead', 'provider_lead', 'nominated_individual',
]);

export function mayDecide(roles: Iterable<string>): boolean {
  return [...roles].some((role) => DECIDERS.has(role));
}

/** An entry as a drink that counts; null for one that adds nothing. */
export function asDrink(one: Shown): Drink | null {
  const ml = one.fields['drunk_ml'];
  if (one.struck || typeof ml !== 'number' || ml <= 0 || one.fields['source'] === 'practice') return null;
  return { id: one.record, happened_ms: one.happened_ms, drink: text(one.fields['drink']), ml, device: one.device };
}

/** Pairs of which somebody who may decide has said that both are real, here or on another tablet. */
export function decided(): Set<string> {
  const found = new Set<string>();
  for (const id of state.byKind.get('double_check') ?? []) {
    const shown = view(id);
    const one = text(shown?.fields['one']);
    const other = text(shown?.fields['other']);
    if (shown && one && other && !shown.struck && shown.fields['decision'] === 'both_real' && counts(shown)) found.add(pairKey(one, other));
  }
  return found;
}

function counts(shown: Shown): boolean {
  const known = state.records.get(shown.record);
  if (known) return !known.flags.includes(DECIDES_NOTHING);
  return mayDecide(state.staff.find((one) => one.id === shown.author)?.roles ?? []);
}

/** The home's own number of minutes, where it has set one (threshold `hydration.double_minutes`). */
export function withinMs(now: number = correctedNow()): number {
  let since = -1;
  let seq = -1;
  let minutes = DOUBLE_MINUTES;
  for (const id of state.byKind.get('threshold') ?? []) {
    const shown = view(id);
    if (!shown || shown.struck || shown.fields['name'] !== 'hydration.double_minutes' || shown.fields['unit_or_person']) continue;
    const value = shown.fields['value'];
    const from = Date.parse(String(shown.fields['from'] ?? '')) || 0;
    const newer = from > since || (from === since && (shown.seq ?? 0) > seq);
    if (typeof value !== 'number' || from > now || !newer) continue;
    [since, seq, minutes] = [from, shown.seq ?? 0, value];
  }
  return minutes * 60_000;
}

/** The pairs of one person's care day that somebody has to look at, oldest first. */
export function toCheck(resident: string, now: number = correctedNow()): [Shown, Shown][] {
  const [start, end] = careDayBounds(careDay(now, zone()), zone());
  const drinks = ofResident(resident, 'hydration_check')
    .filter((one) => one.happened_ms >= start && one.happened_ms < end)
    .flatMap((one) => asDrink(one) ?? []);
  return suspected(drinks, withinMs(start), decided())
    .sort((a, b) => a[0].happened_ms - b[0].happened_ms)
    .map(([one, other]) => [view(one.id)!, view(other.id)!]);
}

/** "Keep both": both are real. "This one is right" strikes the other out (`strike` in ./hydration_check). */
export function keepBoth(one: Shown, other: Shown, reason: string): Draft {
  const fields: Fields = { one: one.record, other: other.record, decision: 'both_real', ...(reason ? { reason } : {}) };
  return { kind: 'double_check', fields, resident: text(one.fields['resident']) };
}
