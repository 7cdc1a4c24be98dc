// What this tablet has found by its own rules and has not been able to tell anybody (care.md, Alerts 7): entries that are
// still on it, are urgent by themselves, and of which nobody has said whom they told.

import { breaches, type Breach } from '../breaches';
import { iso } from '../clock';
import { DEFAULTS } from '../due';
import { DRY_DEFAULTS, nothingDrunk } from '../nothing_drunk';
import { state } from '../state';
import { careDay, careDayBounds } from '../time';
import type { Fields } from '../types';
import { ofKind, ofResident, recordedMs, view, zone, type Shown } from '../view';
import { excusedOf, number } from './hydration_check';
import { planOf } from './hydration_plan';
import { residentOf, residents } from './resident';
import { putOff, settings } from './threshold';

export interface NotTold {
  record: string;
  resident: string;
  name: string;
  unit: string | null;
  what: Breach | 'nothing_drunk';
  /** When it happened. */
  at: string;
  /** So much waking time without a drink. */
  minutes?: number;
}

/** Older than this it is for whoever reads the log: what was urgent has long been dealt with or found. */
const OLDEST_MS = 12 * 3_600_000;

/** Whatever keeps this tablet from telling the server, what waits here is not known to anybody. */
export function cutOff(): boolean {
  return state.link !== 'ok' && state.link !== 'unknown';
}

export function notTold(): NotTold[] {
  const found: NotTold[] = [];
  const since = Date.now() - OLDEST_MS;
  const plans = new Map<string, Fields>();
  for (const [record, own] of state.overlay) {
    const first = own.find((entry) => entry.id === record);
    // Two weeks offline leave thousands of entries: the old ones are passed over before anything is put together for them.
    if (first?.submission.kind !== 'hydration_check' || !state.queue.has(first.id) || recordedMs(first) < since) continue;
    const shown = view(record);
    const person = shown && !shown.struck ? residentOf(String(shown.fields['resident'])) : null;
    if (!shown || !person) continue;
    const plan = plans.get(person.id) ?? planOf(person.id).fields;
    plans.set(person.id, plan);
    // Adding up a day asks for every entry of it: only where there is a limit to hold the sum against.
    const before = typeof plan['limit_ml'] === 'number' ? drunkBefore(person.id, shown) : 0;
    const [what] = breaches(plan, shown.fields, before).sort((a, b) => Number(b === 'red_flag') - Number(a === 'red_flag'));
    const at = iso(shown.happened_ms);
    if (what && !told(person.id, at)) found.push({ record, resident: person.id, name: person.name, unit: person.unit, what, at });
  }
  return found.sort((a, b) => a.at.localeCompare(b.at));
}

/** In ml: what was drunk earlier in the care day of an entry. */
function drunkBefore(resident: string, shown: Shown): number {
  const [start] = careDayBounds(careDay(shown.happened_ms, zone()), zone());
  return ofResident(resident, 'hydration_check')
    .filter((one) => one.record !== shown.record && one.happened_ms >= start && one.happened_ms <= shown.happened_ms)
    .reduce((sum, one) => sum + (number(one.fields['drunk_ml']) ?? 0), 0);
}

/**
 * People on monitoring of whom this tablet knows no drink for so long that the server would call somebody, had it been heard of
 * since. It reads everybody's day: for now and then, never for a tap.
 */
export function dry(now: number): NotTold[] {
  const { last_contact, offset_ms } = state.standing;
  const heard = last_contact === null ? 0 : last_contact + (offset_ms ?? 0);
  return residents().flatMap((person): NotTold[] => {
    const plan = planOf(person.id).fields;
    const numbers = settings({ ...DEFAULTS, ...DRY_DEFAULTS }, person.id, person.unit, now);
    const entries = ofResident(person.id, 'hydration_check').map((one) => ({ outcome: String(one.fields['outcome']), happened_ms: one.happened_ms, drunk_ml: number(one.fields['drunk_ml']) }));
    const up = nothingDrunk(entries, plan, now, zone(), numbers, excusedOf(person.id, plan));
    if (up === null || up < heard || putOff('hydration.nothing_drunk_8h', person.id, person.unit, now)) return [];
    return [{ record: person.id, resident: person.id, name: person.name, unit: person.unit, what: 'nothing_drunk', at: iso(up), minutes: numbers.nothing_drunk_urgent_minutes }];
  });
}

export function told(resident: string, at: string): boolean {
  return ofKind('escalation').some((one) => one.fields['resident'] === resident && one.fields['breached_at'] === at);
}
