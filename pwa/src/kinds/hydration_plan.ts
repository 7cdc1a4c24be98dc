// The plan in force, as this tablet knows it, and the stops that it puts before a drink.

import { breaches } from '../breaches';
import { state } from '../state';
import type { Fields } from '../types';
import { fill, ml, words } from '../words';
import { ofResident, zone, type Shown } from '../view';
import { dayOrTime, sayTime, sayWhen } from '../time';
import type { Resident } from './resident';

const OLD_PLAN_MS = 12 * 3_600_000;
const SAFETY = ['iddsi_level', 'nil_by_mouth_from', 'nil_by_mouth_until', 'limit_ml'] as const;

export interface Plan {
  shown: Shown | null;
  fields: Fields;
  level: number;
  limit_ml: number | null;
}

/** The newest plan record of a person; a person without one has no marks and says so. */
export function planOf(resident: string): Plan {
  const plans = ofResident(resident, 'hydration_plan').sort((a, b) => b.happened_ms - a.happened_ms);
  const shown = plans[0] ?? null;
  const fields = shown?.fields ?? {};
  return {
    shown,
    fields,
    level: typeof fields['iddsi_level'] === 'number' ? fields['iddsi_level'] : 0,
    limit_ml: typeof fields['limit_ml'] === 'number' ? fields['limit_ml'] : null,
  };
}

export function nilByMouth(plan: Fields, now: number): boolean {
  const from = dayOrTime(plan['nil_by_mouth_from'], zone());
  const until = dayOrTime(plan['nil_by_mouth_until'], zone());
  return from !== null && from <= now && (until === null || until > now);
}

export function levelWord(level: number): string {
  return words.levels[level] ?? String(level);
}

/** What stands between this person and this entry: sentences that only a reason gets past. */
export function stops(person: Resident, plan: Plan, entry: Fields, day_ml: number, now: number): string[] {
  const given = entry['outcome'] === 'given';
  if (!given && entry['outcome'] !== 'drank') return [];
  const found: string[] = [];
  if (nilByMouth(plan.fields, now)) found.push(fill(words.stop.nil, { name: person.name }));
  // A cup handed over counts as if all of it will be drunk: once it has been, it is too late to stop.
  const whole = given ? { ...entry, drunk_ml: entry['offered_ml'] } : entry;
  const broken = breaches(plan.fields, whole, day_ml);
  if (broken.includes('thickness')) {
    const chosen = Number(entry['iddsi_level']);
    found.push(fill(words.stop.thick, { name: person.name, level: plan.level, word: levelWord(plan.level), chosen, chosen_word: levelWord(chosen) }));
  }
  if (broken.includes('over_limit')) {
    found.push(fill(words.stop.limit, { name: person.name, limit: ml(plan.limit_ml!), total: ml(day_ml + Number(whole['drunk_ml'])) }));
  }
  const asOf = state.standing.last_contact;
  if (plan.shown && asOf !== null && Date.now() - asOf > OLD_PLAN_MS) {
    found.push(fill(words.stop.old_plan, { time: sayWhen(asOf, Date.now(), zone()) }));
  }
  for (const name of SAFETY) {
    const values = plan.shown?.conflicts[name];
    if (values) found.push(fill(words.stop.two_values, { what: words.stop.what[name], values: values.map((one) => sayValue(name, one.value)).join(', ') }));
  }
  return found;
}

function sayValue(name: string, value: unknown): string {
  if (name === 'iddsi_level' && typeof value === 'number') return levelWord(value);
  if (name === 'limit_ml' && typeof value === 'number') return ml(value);
  return typeof value === 'string' ? sayTime(Date.parse(value), zone()) : '–';
}
