// Two entries that may be one drink, side by side for a person to decide (care.md, Recording 5).

import { text } from '../state';
import type { Draft } from '../outbox';
import { ofKind, ofResident, type Shown } from '../view';
import { number } from './hydration_check';

/** The same drink and amount from different tablets this close may be one drink (threshold `hydration.double_minutes`). */
const DOUBLE_MS = 2 * 60_000;

export type Pair = [Shown, Shown];

const key = (one: string, other: string) => [one, other].sort().join(' ');

/** Pairs that somebody has said are both real. */
function decided(): Set<string> {
  return new Set(ofKind('double_check').map((one) => key(String(one.fields['one']), String(one.fields['other']))));
}

/** Suspected doubles of one person that nobody has decided on; one drink has one double. Oldest first. */
export function doublesOf(resident: string, settled = decided()): Pair[] {
  const drinks = ofResident(resident, 'hydration_check')
    .filter((one) => (number(one.fields['drunk_ml']) ?? 0) > 0)
    .sort((a, b) => a.happened_ms - b.happened_ms || (a.record < b.record ? -1 : 1));
  const open: Shown[] = [];
  const found: Pair[] = [];
  for (const one of drinks) {
    const twin = open.findIndex((each) => alike(each, one) && !settled.has(key(each.record, one.record)));
    if (twin < 0) open.push(one);
    else found.push([open.splice(twin, 1)[0]!, one]);
  }
  return found;
}

function alike(a: Shown, b: Shown): boolean {
  return (
    a.device !== b.device &&
    b.happened_ms - a.happened_ms <= DOUBLE_MS &&
    text(a.fields['drink']) === text(b.fields['drink']) &&
    a.fields['drunk_ml'] === b.fields['drunk_ml']
  );
}

export function doubles(residents: Iterable<string>): Pair[] {
  const settled = decided();
  return [...residents].flatMap((id) => doublesOf(id, settled));
}

export function bothReal([one, other]: Pair, reason: string): Draft {
  const resident = text(one.fields['resident']);
  return { kind: 'double_check', fields: { one: one.record, other: other.record, decision: 'both_real', ...(reason ? { reason } : {}) }, resident };
}
