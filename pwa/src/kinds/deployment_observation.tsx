// What staffing was really like for part of a shift: who was there against the plan, what was delayed and what was done.

import { iso } from '../clock';
import type { Form } from '../form';
import { allocationOf, plannedFor, type Count } from '../planned';
import { formWords } from '../said';
import { Delays, DELAY } from '../screens/ask_delays';
import { Team } from '../screens/ask_team';
import { shiftOf } from '../shifts';
import { text } from '../state';
import type { Fields } from '../types';
import { correctedNow, ofKind, view, zone } from '../view';
import { myShift } from './duty';

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

export const FORM: Form = {
  kind: 'deployment_observation',
  about: 'shift',
  order: 1,
  for: ['shift_leader', 'senior_carer', 'duty_manager', 'deputy_manager', 'registered_manager'],
  pages: [
    [{ ask: 'unit', field: 'unit' }],
    [{ ask: 'own', field: 'actual', draw: Team }],
    [{ ask: 'own', field: 'no_delays_confirmed', draw: Delays, parts: DELAY, optional: true }],
    [
      { ask: 'yes', field: 'unmet_need', unsure: true },
      { ask: 'yes', field: 'rushed_support', unsure: true },
      { ask: 'one', field: 'staff_pressure', codes: ['none', 'some', 'high', 'not_known'] },
      { ask: 'text', field: 'redeployment', short: true, optional: true },
      { ask: 'text', field: 'cause', short: true, optional: true, when: ({ unmet_need, rushed_support, delays }) => Boolean(unmet_need || rushed_support || (delays as unknown[] | undefined)?.length) },
      { ask: 'text', field: 'action', short: true, optional: true, when: ({ unmet_need, rushed_support, delays }) => Boolean(unmet_need || rushed_support || (delays as unknown[] | undefined)?.length) },
    ],
  ],
  sets: ['shift', 'unit', 'from', 'to', 'sample', 'allocation', 'planned', 'delays', 'incidents', 'hours_deployed'],
  start,
  finish(answers) {
    const { shift, unit, planned } = answers;
    return { ...(planned ? {} : plan(String(shift), String(unit))), incidents: incidents(answers), hours_deployed: hours(answers) };
  },
  check({ delays, no_delays_confirmed }): Record<string, string> {
    const said = (delays as unknown[] | undefined)?.length || no_delays_confirmed === true;
    return said ? {} : { no_delays_confirmed: formWords('deployment_observation').fields['no_delays_confirmed']!.missing! };
  },
  warn({ shift, unit, planned }) {
    const changed = planned && JSON.stringify(planned) !== JSON.stringify(plannedFor(String(shift), String(unit)));
    return changed ? [formWords('deployment_observation').warn!['rota']!] : [];
  },
};
