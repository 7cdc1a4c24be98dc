// The rest of a handover: what changed, what is to come, which tablets are silent or hold something back, and staffing.

import type { Told } from './handover_build';
import { alerts, isOpen } from '../kinds/alert';
import { alone, silent } from '../kinds/shift_hydration_check';
import { said } from '../said';
import { inALine, personOf, valueOf } from './plain';
import { shiftsFrom } from '../shifts';
import { state, text } from '../state';
import { careDay, careDayBounds, sayTime, sayWhen } from '../time';
import type { Fields } from '../types';
import { ofKind, recordedMs, staffName, zone, type Shown } from '../view';
import { fill, plural, words } from '../words';

const NEWS = ['incident', 'hydration_plan', 'absence', 'contact'];

/** When anything was last said of a record. */
function touched(one: Shown): number {
  const told = state.records.get(one.record)?.history?.at(-1)?.recorded_at;
  return Math.max(one.recorded_ms, told ? Date.parse(told) : 0, ...(state.overlay.get(one.record) ?? []).map(recordedMs));
}

const isRed = ({ fields: { red_flags: flags } }: Shown) => Array.isArray(flags) && flags.length > 0;

/** Incidents, plans, absences and questions that were recorded or changed since, red flags, and what somebody flagged for it. */
export function changes(from: number): Told[] {
  const found = [...state.byKind.keys()].flatMap(ofKind).filter((one) => (NEWS.includes(one.kind) || one.fields['for_handover'] === true ? touched(one) : isRed(one) ? one.recorded_ms : -1) >= from);
  return found.sort((a, b) => a.happened_ms - b.happened_ms).map((one) => {
    const red = isRed(one) ? valueOf(one.kind, 'red_flags', one.fields['red_flags']) : inALine(one.kind, one.fields);
    return { part: 'changes', about: one.record, words: `${sayWhen(touched(one), Date.now(), zone())}: ${[personOf(one), red].filter(Boolean).join(': ')}` };
  });
}

/** Appointments of today, and those whose outcome nobody has recorded. */
export function upcoming(now: number): Told[] {
  const [start, end] = careDayBounds(careDay(now, zone()), zone());
  const answered = new Set(ofKind('appointment_outcome').map((one) => one.fields['appointment']));
  return ofKind('appointment').flatMap((one): Told[] => {
    const at = Date.parse(String(one.fields['starts_at']));
    const missing = at < now && !answered.has(one.record);
    if (!missing && (at < start || at >= end)) return [];
    const what = [personOf(one), valueOf('appointment', 'type', one.fields['type']), text(one.fields['with'])].filter(Boolean).join(', ');
    return [{ part: 'appointments', about: one.record, words: `${sayWhen(at, now, zone())}: ${what}.${missing ? ` ${said.handover.no_outcome}` : ''}` }];
  });
}

interface Silent {
  name: string;
  heard: number;
}

/** Tablets that the server has not heard from, by its open alerts about them; without a connection all others are, since this one's last answer. */
export function silentTablets(): Silent[] {
  if (alone()) return silent().map((name) => ({ name, heard: state.standing.last_contact ?? Date.now() }));
  return alerts().filter((one) => isOpen(one) && one.fields['rule'] === 'tablets.silent').map((one) => {
    const facts = (one.fields['facts'] ?? {}) as Fields;
    return { name: String(facts['tablet'] ?? '?'), heard: Date.parse(String(facts['heard_at'] ?? '')) };
  });
}

/** What may be lying on a tablet: this one's own queue, and tablets that are silent. */
export function tablets(of: Silent[]): Told[] {
  const own = state.queue.size ? [plural(said.handover.unsent, state.queue.size).replace('{tablet}', state.enrolment?.name ?? '')] : [];
  const others = of.map(({ name, heard }) => fill(alone() ? said.handover.alone : said.handover.silent, { tablet: name, time: sayWhen(heard, Date.now(), zone()) }));
  return [...own, ...others].map((one) => ({ part: 'tablets', words: one }));
}

/** Who comes next on each unit, and what was hard on this shift. */
export function staffing(now: number, from: number): Told[] {
  const next = shiftsFrom(now, 2, zone());
  const allocated = ofKind('allocation').filter((one) => next.includes(String(one.fields['shift']))).map((one): Told => {
    const staff = ((one.fields['staff'] ?? []) as string[]).map((id) => staffName(id) ?? said.plain.unknown).join(', ');
    return { part: 'staffing', about: one.record, words: `${inALine(one.kind, one.fields)}: ${staff || words.home.whole_home}` };
  });
  const hard = ofKind('deployment_observation').filter((one) => one.recorded_ms >= from && (one.fields['unmet_need'] === true || one.fields['rushed_support'] === true || one.fields['staff_pressure'] === 'high'));
  const observed = hard.map((one): Told => {
    const why = [one.fields['unmet_need'] === true && said.handover.unmet, one.fields['rushed_support'] === true && said.handover.rushed, one.fields['staff_pressure'] === 'high' && said.handover.pressure];
    return { part: 'staffing', about: one.record, words: `${text(one.fields['unit']) ?? ''}, ${sayTime(one.happened_ms, zone())}: ${why.filter(Boolean).join(', ')}` };
  });
  return [...allocated, ...observed];
}
