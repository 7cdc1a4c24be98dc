// What somebody likes to drink, or needs help with, as a suggestion for their hydration plan: a follow-up that a senior
// answers, by adding it to the plan or by saying why not. Nothing reaches the plan unread.

import { iso } from '../clock';
import { planOf } from './hydration_plan';
import type { Draft } from '../outbox';
import { english_said } from '../said';
import { text } from '../state';
import type { Fields } from '../types';
import { ofKind, type Shown } from '../view';

/** Theme of the feedback → field of the plan. */
const PLAN_FIELD: Record<string, 'preferences' | 'support'> = { drink_preference: 'preferences', support_to_drink: 'support' };
const ANSWER_WITHIN_MS = 7 * 86_400_000;

/** The follow-up that feedback of this theme leaves; other themes leave none. */
export function suggestion(person: string, theme: string, words: string): Draft[] {
  const field = PLAN_FIELD[theme];
  if (!field) return [];
  const fields = { about: person, what: english_said.said.suggestions.what[field], suggests: { field, words }, due_at: iso(Date.now() + ANSWER_WITHIN_MS), status: 'open' };
  return [{ kind: 'follow_up', fields, resident: person }];
}

export interface Suggestion {
  followUp: Shown;
  person: string;
  field: 'preferences' | 'support';
  words: string;
}

/** Those that nobody has answered, oldest first. */
export function openSuggestions(): Suggestion[] {
  const found = ofKind('follow_up').filter((one) => one.fields['suggests'] && !['done', 'not_needed'].includes(String(one.fields['status'])));
  return found.sort((a, b) => a.recorded_ms - b.recorded_ms).flatMap((followUp) => {
    const { field, words } = followUp.fields['suggests'] as Fields;
    const person = text(followUp.fields['about']);
    return person && (field === 'preferences' || field === 'support') ? [{ followUp, person, field, words: String(words ?? '') }] : [];
  });
}

/** What the plan would say: what it says now, and what was suggested after it. */
export function joined(one: Suggestion): unknown {
  const now = planOf(one.person).fields[one.field];
  if (Array.isArray(now)) return [...(now as unknown[]), one.words];
  return typeof now === 'string' && now ? `${now.replace(/\.$/, '')}. ${one.words}` : one.words;
}

/** The plan with it, and the follow-up done. Null without the plan on this tablet: one that says this alone would stand beside it. */
export function accept(one: Suggestion, by: string): Draft[] | null {
  const plan = planOf(one.person).shown;
  if (!plan) return null;
  const asked = one.field === 'preferences' ? { preferences_asked_at: iso(one.followUp.happened_ms), preferences_asked_by: one.followUp.author ?? by } : {};
  return [
    { kind: 'hydration_plan', record: plan.record, resident: one.person, fields: { [one.field]: joined(one), ...asked } },
    close(one, { status: 'done', done_at: iso(Date.now()), evidence: english_said.said.suggestions.evidence, evidence_kind: 'hydration_plan', verified_by: by }),
  ];
}

export function refuse(one: Suggestion, reason: string): Draft {
  return close(one, { status: 'not_needed', not_needed_reason: reason });
}

function close(one: Suggestion, fields: Fields): Draft {
  return { kind: 'follow_up', record: one.followUp.record, resident: one.person, fields };
}
