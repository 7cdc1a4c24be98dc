// A note for the review of a person's care, usually their key worker's.

import type { Form } from '../form';

export const FORM: Form = {
  kind: 'care_review_note',
  about: 'person',
  order: 5,
  pages: [[{ ask: 'resident', field: 'resident' }], [{ ask: 'text', field: 'words' }]],
};
