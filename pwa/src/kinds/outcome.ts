// An appointment's outcome, asked question by question: which questions, what is written in the end, and what it says in words.

import { iso } from '../clock';
import type { Draft } from '../outbox';
import { codesOf, english_said, said as allWords } from '../said';
import { text } from '../state';
import { sayWhen, withinCareDay } from '../time';
import type { Fields } from '../types';
import { staffName, zone, type Shown } from '../view';
import { fill, word } from '../words';
import { endOfDay, limits, type Visit } from './visit';

const said = allWords.outcome;
/** The same in English: for what stands in a record, which everybody reads. */
const kept = () => english_said.said.outcome;

export type Step = 'attendance' | 'safeguarding' | 'advice' | 'actions' | 'change' | 'next' | 'chase' | 'moved' | 'told';
export type Change = keyof typeof said.changes;
export type Next = keyof typeof said.next;

export interface Action {
  what: string;
  owner: string;
  days: number | null;
}

/** What has been answered so far. It is the draft, too: kept on every change, so only what JSON can say. */
export interface Answers {
  step: Step;
  attendance: string | null;
  advice: string;
  actions: Action[];
  /** The one being typed. */
  typing: Action;
  /** A code of `no_reasons`, or `listed`. */
  needed: string | null;
  change: Change | null;
  next: Next | null;
  next_words: string;
  told: string[];
  safeguarding: string | null;
  chase_days: number | null;
  moved_day: string;
  moved_time: string;
  /** Ids of what is saved already: a save that stopped half-way goes on where it stopped. */
  saved: string[];
}

export const NO_ACTION: Action = { what: '', owner: '', days: null };
export const BLANK: Answers = {
  step: 'attendance', attendance: null, advice: '', actions: [], typing: NO_ACTION, needed: null, change: null, next: null, next_words: '', told: [],
  safeguarding: null, chase_days: null, moved_day: '', moved_time: '', saved: [],
};

const SEEN = new Set(['attended', 'attended_part']);

/** The questions that these answers lead through, in order. */
export function steps(answers: Answers): Step[] {
  const { attendance } = answers;
  if (attendance === 'awaiting_update') return ['attendance', 'chase'];
  if (attendance === 'rescheduled') return ['attendance', 'moved', 'told'];
  const actions: Step[] = answers.needed === 'listed' ? ['advice', 'actions'] : ['advice'];
  if (attendance && SEEN.has(attendance)) return ['attendance', ...actions, 'change', 'next', 'told'];
  return ['attendance', ...(attendance === 'not_supported_to_attend' ? (['safeguarding'] as Step[]) : []), ...actions, 'told'];
}

/** What is written, in order: each is made when those before it have their ids. The outcome is the first. */
export function drafts(visit: Visit, answers: Answers): ((saved: string[]) => Draft)[] {
  const resident = text(visit.shown.fields['resident']);
  const about = (saved: string[]) => ({ about: saved[0]!, ...(resident ? { resident } : {}), status: 'open' });
  const made: ((saved: string[]) => Draft)[] = [() => ({ kind: 'appointment_outcome', resident, fields: outcomeFields(visit, answers) })];
  if (answers.needed === 'listed') {
    for (const one of answers.actions) made.push((saved) => ({ kind: 'follow_up', resident, fields: { ...about(saved), what: one.what, ...owned(one) } }));
  }
  if (answers.next === 'promised') {
    const what = answers.next_words ? fill(kept().book_words, { when: answers.next_words }) : kept().book;
    made.push((saved) => ({ kind: 'follow_up', resident, fields: { ...about(saved), what, asks: 'book' } }));
  }
  if (answers.attendance === 'rescheduled') {
    const { type, with: whom, place, escort } = visit.shown.fields;
    const fields = { resident, type, starts_at: iso(withinCareDay(answers.moved_day, answers.moved_time, zone(), true)), ...(whom ? { with: whom } : {}), ...(place ? { place } : {}), ...(escort ? { escort } : {}), origin: 'rescheduled', arises_from: visit.shown.record };
    made.push(() => ({ kind: 'appointment', resident, fields }));
  }
  const fields = outcomeFields(visit, answers);
  // What changes the plan is there for its review, too, without being typed a second time.
  const notes = fields['care_plan_change'] === 'needed' ? ['daily_note', 'care_review_note'] : ['daily_note'];
  for (const kind of resident ? notes : []) made.push((saved) => ({ kind, resident, fields: { resident, words: inWords(visit, [{ fields }], answers.actions), about: 'appointment', ref: saved[0]! } }));
  return made;
}

/** An action with an owner and a day is allocated; one without waits for the duty manager. */
function owned(one: Action): Fields {
  return { ...(one.owner ? { owner: one.owner } : {}), ...(one.days === null ? {} : { due_at: endOfDay(one.days) }) };
}

function outcomeFields(visit: Visit, answers: Answers): Fields {
  const { attendance, advice, needed, change, next, told, safeguarding, chase_days } = answers;
  const resident = text(visit.shown.fields['resident']);
  const seen = attendance !== null && SEEN.has(attendance);
  const listed = needed === 'listed';
  return {
    appointment: visit.shown.record, attendance, appointment_at: iso(visit.starts_ms),
    ...(resident ? { resident } : {}),
    ...(advice.trim() ? { advice: advice.trim() } : {}),
    ...(attendance === 'rescheduled' ? { actions_required: 'none', no_action_reason: kept().rescheduled_reason } : {}),
    ...(needed && attendance !== 'awaiting_update' ? { actions_required: listed ? 'listed' : 'none', ...(listed ? {} : { no_action_reason: word(kept().reasons, needed) }) } : {}),
    ...(seen && change ? { medicine_change: change === 'medicine' || change === 'both', care_plan_change: change === 'care_plan' || change === 'both' ? 'needed' : 'not_needed' } : {}),
    ...(seen && next === 'promised' ? { next_promised: { promised: true, ...(answers.next_words ? { when: answers.next_words } : {}) } } : {}),
    ...(told.length ? { told } : {}),
    ...(attendance === 'not_supported_to_attend' && safeguarding ? { safeguarding_decision: safeguarding } : {}),
    ...(attendance === 'cancelled_by_service' ? { service_caused: true } : {}),
    ...(attendance === 'awaiting_update' && chase_days !== null ? { next_chase_at: endOfDay(chase_days) } : {}),
  };
}

/** When a letter's reading is due. */
export function letterDue(): string {
  return iso(Date.now() + limits().letter_hours * 3_600_000);
}

export function typeName(fields: Fields): string {
  return word(codesOf('appointment', 'type') ?? {}, fields['type']);
}

export function attendanceWord(code: unknown): string {
  return word(codesOf('appointment_outcome', 'attendance') ?? {}, code);
}

/** The whole in plain sentences: what goes into the daily note, and what a home copies into another record. */
export function inWords(visit: Visit, outcomes: Pick<Shown, 'fields'>[], actions: { what: string; owner: string }[]): string {
  const { fields } = visit.shown;
  const whom = text(fields['with']);
  const lines = [fill(whom ? kept().copy.head_with : kept().copy.head, { type: typeName(fields), with: whom ?? '', time: sayWhen(visit.starts_ms, 0, zone()) })];
  for (const one of outcomes) {
    const told = one.fields['told'];
    lines.push(fill(kept().copy.attendance, { attendance: attendanceWord(one.fields['attendance']) }));
    if (text(one.fields['advice'])) lines.push(String(one.fields['advice']));
    if (one.fields['actions_required'] === 'none') lines.push(fill(kept().copy.none, { reason: text(one.fields['no_action_reason']) ?? '' }));
    if (one.fields['medicine_change'] === true) lines.push(kept().copy.medicine);
    if (one.fields['care_plan_change'] === 'needed') lines.push(kept().copy.care_plan);
    if (one.fields['next_promised']) lines.push(kept().copy.next);
    if (Array.isArray(told) && told.length) lines.push(fill(kept().copy.told, { who: told.map((each) => word(kept().told, each)).join(', ') }));
  }
  for (const one of actions) lines.push(fill(kept().copy.action, { what: one.what, who: staffName(one.owner) ?? kept().nobody_yet }));
  return lines.join('\n');
}
