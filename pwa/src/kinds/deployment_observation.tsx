// What staffing was really like for part of a shift: who was there against the plan, what was delayed and what was done.

import { iso } from '../clock';
import type { Form, Question } from '../form';
import { formWords } from '../said';
import { shiftOf } from '../shifts';
import { text } from '../state';
import type { Fields } from '../types';
import { correctedNow, ofKind, view, zone } from '../view';
import { myShift } from './duty';
import { allocationOf, plannedFor, type Count } from './planned';

const HOUR_MS = 3_600_000;
/** How far back an observation looks that nobody drew. */
const LOOKS_BACK_MS = 2 * HOUR_MS;

/** The plan for it, as it stands now: kept with the observation, so that a later change of the rota is seen. */
function plan(shift: string, unit: string): Fields {
  const allocation = allocationOf(shift, unit)?.record;
  return { planned: plannedFor(shift, unit), ...(allocation ? { allocation } : {}) };
}

function start(about: string | null): Fields {
  const drawn = about ? view(about) : null;
  if (drawn?.kind === 'shift_sample') {
    const { shift, unit, from, to } = drawn.fields;
    return { sample: drawn.record, shift, from, to, ...(unit ? { unit, ...plan(String(shift), String(unit)) } : {}) };
  }
  const now = correctedNow();
  const [shift, unit] = [shiftOf(now, zone()), text(myShift()?.fields['unit'])];
  return { shift, from: iso(now - LOOKS_BACK_MS), to: iso(now), ...(unit ? { unit, ...plan(shift, unit) } : {}) };
}

/** The incidents that were recorded of this shift on this unit: nobody writes them down a second time. */
function incidents({ shift, unit }: Fields): string[] {
  return ofKind('incident').filter((one) => one.fields['shift'] === shift && (!one.fields['unit'] || one.fields['unit'] === unit)).map((one) => one.record);
}

function hours({ from, to, actual }: Fields): number {
  const people = ((actual ?? []) as Count[]).reduce((sum, one) => sum + one.count, 0);
  return Math.round((people * (Date.parse(String(to)) - Date.parse(String(from)))) / HOUR_MS * 10) / 10;
}

const DELAY: readonly Question[] = [
  { ask: 'one', field: 'what', codes: ['call_bell', 'personal_care', 'food_or_drink', 'medicine', 'moving', 'going_out', 'company', 'other'] },
  { ask: 'minutes', field: 'minutes' },
  { ask: 'text', field: 'response', short: true },
  { ask: 'past', field: 'at', optional: true },
  { ask: 'resident', field: 'for', optional: true },
];

const somethingWrong = ({ unmet_need, rushed_support, delays }: Fields) => Boolean(unmet_need || rushed_support || (delays as unknown[] | undefined)?.length);

export const FORM: Form = {
  kind: 'deployment_observation',
  about: 'shift',
  order: 1,
  for: ['shift_leader', 'senior_carer', 'duty_manager', 'deputy_manager', 'registered_manager'],
  pages: [
    [{ ask: 'unit', field: 'unit' }],
    [{ ask: 'counts', field: 'actual', planned: 'planned' }],
    [{ ask: 'items', field: 'delays', parts: DELAY, none: 'no_delays_confirmed' }],
    [
      { ask: 'yes', field: 'unmet_need', unsure: true },
      { ask: 'yes', field: 'rushed_support', unsure: true },
      { ask: 'one', field: 'staff_pressure', codes: ['none', 'some', 'high', 'not_known'] },
      { ask: 'text', field: 'redeployment', short: true, optional: true },
      { ask: 'text', field: 'feedback_heard', short: true, optional: true },
      { ask: 'text', field: 'cause', short: true, optional: true, when: somethingWrong },
      { ask: 'text', field: 'action', short: true, optional: true, when: somethingWrong },
    ],
  ],
  sets: ['shift', 'unit', 'from', 'to', 'sample', 'allocation', 'planned', 'no_delays_confirmed', 'incidents', 'hours_deployed'],
  start,
  learn: ({ unit }, { shift }) => (unit ? plan(String(shift), String(unit)) : {}),
  finish(answers) {
    return { incidents: incidents(answers), hours_deployed: hours(answers) };
  },
  warn({ shift, unit, planned }) {
    const changed = planned && JSON.stringify(planned) !== JSON.stringify(plannedFor(String(shift), String(unit)));
    return changed ? [formWords('deployment_observation').warn!['rota']!] : [];
  },
};
