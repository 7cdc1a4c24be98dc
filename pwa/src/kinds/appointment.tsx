// An appointment that somebody has made: whose, what, when, with whom. Opened from an outcome, it is the next one that was promised.

import type { Form } from '../form';
import { text } from '../state';
import { view } from '../view';

/** The kinds of visit of domain.md, 3; the code is open text, so a home may hold others. */
export const TYPES = [
  'gp_visit', 'gp_surgery', 'gp_phone', 'nurse', 'outpatient', 'day_case', 'a_and_e', 'discharge', 'dentist', 'optician', 'audiology', 'podiatry', 'salt',
  'dietitian', 'physio', 'ot', 'memory_clinic', 'mental_health', 'continence', 'tissue_viability', 'eye_screening', 'bloods', 'vaccination',
  'annual_health_check', 'medication_review', 'social_work', 'best_interests', 'other',
] as const;

export const FORM: Form = {
  kind: 'appointment',
  about: 'person',
  order: 2,
  pages: [
    [{ ask: 'resident', field: 'resident' }],
    [{ ask: 'one', field: 'type', codes: TYPES }],
    [
      { ask: 'future', field: 'starts_at' },
      { ask: 'text', field: 'with', short: true, optional: true },
      { ask: 'text', field: 'place', short: true, optional: true },
      { ask: 'staff', field: 'escort', optional: true },
    ],
  ],
  sets: ['origin', 'arises_from'],
  start: (about) => {
    const outcome = about ? view(about) : null;
    const before = outcome?.kind === 'appointment_outcome' ? view(String(outcome.fields['appointment'])) : null;
    if (!before) return { origin: 'planned' };
    const { resident, type, with: whom, place } = before.fields;
    return { origin: 'planned', arises_from: before.record, resident, type, ...(text(whom) ? { with: whom } : {}), ...(text(place) ? { place } : {}) };
  },
};
