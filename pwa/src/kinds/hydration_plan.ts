// The plan in force, as this tablet knows it, and the stops that it puts before a drink.

import { breaches, HANDED_OVER } from '../breaches';
import { state } from '../state';
import type { Fields } from '../types';
import { fill, ml, words } from '../words';
import { ofResident, zone, type Shown } from '../view';
import { dayOrTime, sayTime, sayWhen } from '../time';
import type { Resident } from './resident';
import { pace } from './threshold';

const NIL = ['nil_by_mouth_from', 'nil_by_mouth_until'];
const SAFETY = ['iddsi_level', 'limit_ml', 'nil_by_mouth_from', 'nil_by_mouth_until'] as const;
type Differ = Partial<Record<(typeof SAFETY)[number], unknown[]>>;

export interface Plan {
  shown: Shown | null;
  fields: Fields;
  level: number;
  limit_ml: number | null;
  /** Safety fields in which their plans, or two versions of one, differ: every value that somebody gave. */
  differ: Differ;
  /** What was written last is not in force: it waits for a second person. `fields` are what is. */
  waits: boolean;
}

/**
 * A person's live plans, the newest last, as one: what the newest does not speak of stays in force, of two limits the lower,
 * of two times nil by mouth the one that ends later. The twin of `as_one` in sync/facts.py (tests/vectors/plans_as_one.json).
 */
export function asOne(plans: Fields[]): { values: Fields; differ: Differ } {
  const values: Fields = Object.assign({}, ...plans);
  const limits = plans.flatMap((one) => (typeof one['limit_ml'] === 'number' ? one['limit_ml'] : []));
  if (limits.length) values['limit_ml'] = Math.min(...limits);
  const ends = (one: Fields) => String(one['nil_by_mouth_until'] ?? '~');
  const nil = plans.filter((one) => one['nil_by_mouth_from']);
  if (nil.length) {
    const longest = nil.reduce((one, other) => (ends(other) > ends(one) ? other : one));
    for (const name of NIL) {
      values[name] = longest[name];
      if (values[name] === undefined) delete values[name];
    }
  }
  const differ: Differ = {};
  for (const name of SAFETY) {
    const said = new Set(NIL.includes(name) ? nil.map((one) => one[name]) : plans.flatMap((one) => one[name] ?? []));
    if (said.size > 1) differ[name] = [...said];
  }
  return { values, differ };
}

/** What a person's plans say together; a person without one has no marks and says so. */
export function planOf(resident: string): Plan {
  const written = ofResident(resident, 'hydration_plan', true).sort((a, b) => a.happened_ms - b.happened_ms);
  const plans = written.filter((one) => !one.struck);
  const { values: fields, differ } = asOne(plans.map((one) => one.fields));
  // The server alone knows what two people agreed on. Whichever of a person's plans it spoke of last says it for all of them; one
  // that was struck out guards this person until somebody has confirmed that.
  const last = [...written].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0)).at(-1);
  const laid = last && state.records.get(last.record)?.in_force;
  const shown = plans.at(-1) ?? (laid && last) ?? null;
  Object.assign(fields, laid);
  for (const name of SAFETY) {
    const values = plans.flatMap((one) => one.conflicts[name] ?? []).map((one) => one.value);
    if (values.length) differ[name] = [...new Set([...(differ[name] ?? []), ...values])];
  }
  return {
    shown,
    fields,
    differ,
    waits: !!laid,
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
  const handed = HANDED_OVER.has(String(entry['outcome']));
  if (!handed && entry['outcome'] !== 'drank') return [];
  const found: string[] = [];
  if (nilByMouth(plan.fields, now)) found.push(fill(words.stop.nil, { name: person.name }));
  // A cup handed over counts as if all of it will be drunk: once it has been, it is too late to stop. One of no stated size holds something.
  const whole = handed ? { ...entry, drunk_ml: entry['offered_ml'] ?? 1 } : entry;
  const broken = breaches(plan.fields, whole, day_ml);
  if (broken.includes('thickness')) {
    const chosen = Number(entry['iddsi_level']);
    found.push(fill(words.stop.thick, { name: person.name, level: plan.level, word: levelWord(plan.level), chosen, chosen_word: levelWord(chosen) }));
  }
  if (broken.includes('over_limit')) {
    found.push(fill(words.stop.limit, { name: person.name, limit: ml(plan.limit_ml!), total: ml(day_ml + Number((handed ? entry['offered_ml'] : entry['drunk_ml']) ?? 0)) }));
  }
  const asOf = state.standing.last_contact;
  if (plan.shown && asOf !== null && Date.now() - asOf > pace(person.id, person.unit, now).old_plan_minutes * 60_000) {
    found.push(fill(words.stop.old_plan, { time: sayWhen(asOf, Date.now(), zone()) }));
  }
  for (const name of SAFETY) {
    if (plan.differ[name]) found.push(fill(words.stop.two_values, { what: words.stop.what[name], values: sayValues(plan, name)! }));
  }
  return found;
}

/** "level 2, thin": every value that the plans give; null where they are of one mind. */
export function sayValues(plan: Plan, ...names: (keyof Differ)[]): string | null {
  return names.flatMap((name) => plan.differ[name]?.map((value) => sayValue(name, value)) ?? []).join(', ') || null;
}

function sayValue(name: string, value: unknown): string {
  if (name === 'iddsi_level' && typeof value === 'number') return levelWord(value);
  if (name === 'limit_ml' && typeof value === 'number') return ml(value);
  return typeof value === 'string' ? sayTime(Date.parse(value), zone()) : '–';
}
