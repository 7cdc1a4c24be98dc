// What this tablet has found by its own rules and has not been able to tell anybody (care.md, Alerts 7): entries that are
// still on it, are urgent by themselves, and of which nobody has said whom they told.

import { breaches, type Breach } from '../breaches';
import { iso } from '../clock';
import { state } from '../state';
import { careDay } from '../time';
import { ofKind, ofResident, view, zone } from '../view';
import { number } from './hydration_check';
import { planOf } from './hydration_plan';
import { residentOf } from './resident';

export interface NotTold {
  record: string;
  resident: string;
  name: string;
  unit: string | null;
  what: Breach;
  /** When it happened. */
  at: string;
}

/** Older than this it is for whoever reads the log: what was urgent has long been dealt with or found. */
const OLDEST_MS = 12 * 3_600_000;

export function notTold(): NotTold[] {
  const found: NotTold[] = [];
  for (const [record, own] of state.overlay) {
    const first = own.find((entry) => entry.id === record);
    if (!first || !state.queue.has(first.id) || first.submission.kind !== 'hydration_check') continue;
    const shown = view(record);
    const person = shown && !shown.struck ? residentOf(String(shown.fields['resident'])) : null;
    if (!shown || !person || Date.now() - shown.recorded_ms > OLDEST_MS) continue;
    const day = careDay(shown.happened_ms, zone());
    const before = ofResident(person.id, 'hydration_check')
      .filter((one) => one.record !== record && one.happened_ms <= shown.happened_ms && careDay(one.happened_ms, zone()) === day)
      .reduce((sum, one) => sum + (number(one.fields['drunk_ml']) ?? 0), 0);
    const [what] = breaches(planOf(person.id).fields, shown.fields, before).sort((a, b) => Number(b === 'red_flag') - Number(a === 'red_flag'));
    const at = iso(shown.happened_ms);
    if (what && !told(person.id, at)) found.push({ record, resident: person.id, name: person.name, unit: person.unit, what, at });
  }
  return found.sort((a, b) => a.at.localeCompare(b.at));
}

function told(resident: string, at: string): boolean {
  return ofKind('escalation').some((one) => one.fields['resident'] === resident && one.fields['breached_at'] === at);
}
