// Somebody is away: in hospital, with family, out. Their drinks are not due meanwhile.

import type { Form } from '../form';
import { said } from '../said';

export const FORM: Form = {
  kind: 'absence',
  about: 'person',
  order: 4,
  pages: [
    [{ ask: 'resident', field: 'resident' }],
    [{ ask: 'one', field: 'type', codes: ['hospital', 'leave', 'outing', 'appointment', 'other'] }],
    [
      { ask: 'past', field: 'from', ahead: true },
      { ask: 'future', field: 'to', optional: true },
      { ask: 'one', field: 'source', codes: ['seen', 'family', 'service', 'plan'], optional: true },
    ],
  ],
  happened: 'from',
  check({ from, to }): Record<string, string> {
    const start = from ? Date.parse(String(from)) : Date.now();
    return to && Date.parse(String(to)) <= start ? { to: said.form.ends_before } : {};
  },
};
