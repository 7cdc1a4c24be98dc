// Something that went wrong, in a minute: what, whom it touched, when, and whether staffing or drinks had a part in it.

import type { Form } from '../form';
import { shiftOf } from '../shifts';
import { view, zone } from '../view';

export const FORM: Form = {
  kind: 'incident',
  about: 'person',
  order: 1,
  pages: [
    [{ ask: 'one', field: 'type', codes: ['fall', 'choking', 'injury', 'skin_damage', 'medicine', 'distress', 'missing_person', 'equipment', 'near_miss', 'other'] }],
    [{ ask: 'resident', field: 'resident', optional: true }],
    [{ ask: 'one', field: 'harm', codes: ['none', 'low', 'moderate', 'severe', 'not_known'] }],
    [
      { ask: 'past', field: 'happened_at' },
      { ask: 'unit', field: 'unit', optional: true, when: ({ resident }) => !resident },
      { ask: 'yes', field: 'staffing_related', unsure: true, optional: true },
      { ask: 'yes', field: 'hydration_related', unsure: true, optional: true },
      { ask: 'text', field: 'source_ref', short: true, optional: true },
    ],
  ],
  happened: 'happened_at',
  sets: ['shift', 'unit'],
  finish: ({ happened_at, resident, unit }) => ({
    shift: shiftOf(happened_at ? Date.parse(String(happened_at)) : Date.now(), zone()),
    unit: resident ? view(String(resident))?.fields['unit'] : unit,
  }),
};
