// What the answers to a form's questions come to: which are asked, what is wrong with them, and what a record holds of them.

import { iso } from './clock';
import type { Form, Question } from './form';
import { formWords, said } from './said';
import type { Fields } from './types';
import { fill } from './words';

/** The questions of these that are asked, given the answers. */
export function askedOf(questions: readonly Question[], answers: Fields): Question[] {
  return questions.filter((question) => !question.when || question.when(answers));
}

export interface Problem {
  field: string;
  sentence: string;
}

/** What keeps somebody from moving on: an answer that is missing, or a number that cannot be. */
export function problemsOf(kind: string, questions: readonly Question[], answers: Fields): Problem[] {
  const found: Problem[] = [];
  for (const question of askedOf(questions, answers)) {
    const sentence = wrong(kind, question, answers);
    if (sentence) found.push({ field: question.field, sentence });
  }
  return found;
}

function wrong(kind: string, question: Question, answers: Fields): string | null {
  const answer = answers[question.field];
  const own = formWords(kind).fields[question.field];
  const none = answer === undefined || answer === '' || (Array.isArray(answer) && answer.length === 0);
  if (question.ask === 'whole' || question.ask === 'minutes') {
    const { low = 0, high = question.ask === 'minutes' ? 24 * 60 : 1_000_000 } = question;
    const fits = typeof answer === 'number' && Number.isInteger(answer) && low <= answer && answer <= high;
    if (!none && !fits) return fill(said.form.whole, { low, high });
  }
  // Text in place of a time is a time that could not be read, or that has not come.
  if ((question.ask === 'past' || question.ask === 'future') && typeof answer === 'string' && !/^\d{4}-.*T/.test(answer)) return said.form[question.ask];
  const nothing = question.ask === 'items' && question.none !== undefined && answers[question.none] === true;
  if (!none || nothing || question.optional || question.ask === 'past') return null;
  return own?.missing ?? fill(said.form.missing, { label: own?.label ?? question.field });
}

/** The answers as a record holds them: what is asked, what the form sets by itself, and nothing empty. */
export function fieldsOf(form: Form, given: Fields): Fields {
  const questions = askedOf(form.pages.flat(), given);
  const answers = { ...given };
  // What happened at no other time that anybody named happened now.
  for (const { ask, field, optional } of questions) if (ask === 'past' && !optional) answers[field] ??= iso(Date.now());
  const asked = new Set(questions.map((question) => question.field));
  const kept: Fields = {};
  for (const [name, value] of Object.entries({ ...answers, ...form.finish?.(answers) })) {
    const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    if (!empty && (asked.has(name) || form.sets?.includes(name))) kept[name] = value;
  }
  return kept;
}
