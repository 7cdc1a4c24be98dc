// What people, families and staff say, in their own words. A drink that somebody likes, or help that they need, becomes
// a suggestion for their hydration plan, which a senior decides on; it changes nothing by itself.

import type { Form } from '../form';
import type { Draft } from '../outbox';
import { formWords } from '../said';
import type { Fields } from '../types';
import { text } from '../state';
import { session } from '../session';
import { suggestion } from './suggestions';

const byStaff = ({ whose }: Fields) => whose === 'staff';
const byOthers = (answers: Fields) => !byStaff(answers);

export const FORM: Form = {
  kind: 'feedback',
  about: 'person',
  order: 5,
  pages: [
    [{ ask: 'one', field: 'whose', codes: ['resident', 'family', 'friend', 'staff', 'professional'] }],
    [{ ask: 'resident', field: 'resident', when: byOthers }],
    [{ ask: 'one', field: 'theme', codes: ['drink_preference', 'support_to_drink', 'waiting', 'rushed', 'kindness', 'choice', 'communication', 'other'], when: byOthers }],
    [{ ask: 'one', field: 'theme', codes: ['pressure', 'rushed', 'skill_mix', 'breaks', 'equipment', 'teamwork', 'other'], when: byStaff }],
    [
      { ask: 'text', field: 'words' },
      { ask: 'yes', field: 'anonymous', when: byStaff },
      { ask: 'one', field: 'score', codes: ['5', '4', '3', '2', '1'], optional: true, when: byOthers },
      { ask: 'minutes', field: 'wait_minutes', optional: true, when: ({ theme }) => theme === 'waiting' },
      { ask: 'one', field: 'method', codes: ['talk', 'pictures', 'observed', 'letter', 'telephone', 'meeting'], optional: true, when: byOthers },
    ],
  ],
  sets: ['staff_role', 'asked_by', 'score'],
  /** `feedback.staff` is what any worker says about pressure. */
  start: (about) => (about === 'staff' ? { whose: 'staff' } : {}),
  finish(answers) {
    const me = session();
    if (byStaff(answers)) return { staff_role: me?.roles[0] ?? 'support_worker', resident: null };
    return { ...(me ? { asked_by: me.id } : {}), score: answers['score'] ? Number(answers['score']) : undefined };
  },
  after(fields): Draft[] {
    const person = text(fields['resident']);
    return person ? suggestion(person, String(fields['theme']), String(fields['words'])) : [];
  },
  warn: ({ whose, anonymous }) => (whose === 'staff' && anonymous ? [formWords('feedback').warn!['ledger']!] : []),
};
