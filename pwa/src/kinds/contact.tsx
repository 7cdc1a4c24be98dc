// Someone asked about a person: who, what about, whether they had asked before, and when they had an answer.

import type { Form } from '../form';

export const FORM: Form = {
  kind: 'contact',
  about: 'person',
  order: 3,
  pages: [
    [{ ask: 'resident', field: 'resident' }],
    [{ ask: 'one', field: 'who', codes: ['relative', 'friend', 'person', 'professional', 'other'] }],
    [{ ask: 'one', field: 'about', codes: ['health', 'appointment', 'medicine', 'food_drink', 'care', 'belongings', 'other'] }],
    [
      { ask: 'yes', field: 'chasing', optional: true },
      { ask: 'past', field: 'answered_at', optional: true },
    ],
  ],
};
