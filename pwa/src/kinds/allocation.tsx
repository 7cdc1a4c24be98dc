// Who works where on a shift, and why: written before the shift starts, changed with a reason when needs change.

import type { Form } from '../form';
import { formWords } from '../said';
import { shiftBounds } from '../shifts';
import { correctedNow, ofKind, zone } from '../view';
import type { Fields } from '../types';

function begun({ shift }: Fields): boolean {
  const bounds = shiftBounds(String(shift ?? ''), zone());
  return bounds !== null && bounds[0] <= correctedNow();
}

const same = (value: unknown) => String(value ?? '').trim().toLowerCase().replace(/\s+/g, ' ');

/** The same reason as for another shift on this unit: it cannot be about this one's people. */
function copied({ shift, unit, rationale }: Fields): boolean {
  return ofKind('allocation').some((one) => one.fields['unit'] === unit && one.fields['shift'] !== shift && same(rationale) !== '' && same(one.fields['rationale']) === same(rationale));
}

export const FORM: Form = {
  kind: 'allocation',
  about: 'shift',
  order: 2,
  for: ['rota_coordinator', 'shift_leader', 'duty_manager', 'deputy_manager', 'registered_manager', 'provider_quality_lead', 'provider_lead', 'nominated_individual'],
  pages: [
    [{ ask: 'shift', field: 'shift' }],
    [{ ask: 'unit', field: 'unit' }],
    [
      { ask: 'staff', field: 'staff', many: true },
      { ask: 'staff', field: 'senior_oversight', optional: true },
    ],
    [
      { ask: 'one', field: 'dependency', codes: ['usual', 'higher', 'much_higher', 'not_known'] },
      { ask: 'several', field: 'routines', codes: ['getting_up', 'meals', 'drinks', 'medicines', 'repositioning', 'bedtime', 'night_checks'], optional: true },
      { ask: 'several', field: 'pressure_points', codes: ['getting_up', 'meal_times', 'bells', 'one_to_one', 'appointments', 'new_person', 'illness', 'short_of_staff'], optional: true },
    ],
    [
      { ask: 'text', field: 'rationale' },
      { ask: 'text', field: 'changed_because', short: true, when: begun },
    ],
  ],
  start: (about) => (about && shiftBounds(about, zone()) ? { shift: about } : {}),
  warn(answers) {
    const own = formWords('allocation').warn ?? {};
    return [copied(answers) ? own['copied'] : null, begun(answers) ? own['begun'] : null].filter((one): one is string => Boolean(one));
  },
};
