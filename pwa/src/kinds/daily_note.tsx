// A note about a person's day. An appointment's outcome writes its own, so that nobody types it twice.

import type { Form } from '../form';

export const FORM: Form = {
  kind: 'daily_note',
  about: 'person',
  order: 4,
  pages: [[{ ask: 'resident', field: 'resident' }], [{ ask: 'text', field: 'words' }]],
};
