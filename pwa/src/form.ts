// What a form is: which questions it asks, of whom, and in what order. Its words stand in the message file under
// `forms.<kind>`; its names and codes are those of `sync/kinds/<kind>.py`.

import type { Draft } from './outbox';
import type { Fields } from './types';

interface Asked {
  /** The field of the kind that the answer fills; inside `items`, the member of the item. */
  field: string;
  /** May be left out; its label then ends in "(optional)". */
  optional?: true;
  /** Asked only when this holds of the answers so far; an answer that is no longer asked for is not kept. */
  when?: (answers: Fields) => boolean;
}

export type Question = Asked &
  (
    | { ask: 'one' | 'several'; codes: readonly string[] }
    | { ask: 'text'; short?: true }
    /** A whole number; `minutes` offers a few as targets. */
    | { ask: 'whole' | 'minutes'; low?: number; high?: number }
    /** When it happened (Now unless told otherwise; `ahead` takes a time to come, too), or when it will be: RFC 3339 with offset. */
    | { ask: 'past'; ahead?: true }
    | { ask: 'future' }
    | { ask: 'yes'; unsure?: true }
    | { ask: 'resident' | 'unit' | 'shift' }
    | { ask: 'staff'; many?: true }
    /** A list of things, each with an `id` made on this tablet; `none` is the field that says that there is nothing to list. */
    | { ask: 'items'; parts: readonly Question[]; none?: string }
    /** How many of each role, and how many of them from an agency, beside the field that says who was planned. */
    | { ask: 'counts'; planned: string }
  );

export interface Form {
  kind: string;
  /** Under which heading "Record something else" lists it; none keeps it off that list. */
  about?: 'person' | 'shift';
  /** The roles that it is offered to; none is everybody. */
  for?: readonly string[];
  /** Where it stands among its neighbours on a list: lower comes first. */
  order?: number;
  /** One question a page where it matters, or one short page. */
  pages: readonly (readonly Question[])[];
  /** Fields that `start` and `finish` fill without asking. */
  sets?: readonly string[];
  /** What is known before anybody is asked; `about` is the record that the form was opened for. */
  start?: (about: string | null) => Fields;
  /** What an answer makes known beside itself: who was planned, once the unit is chosen. */
  learn?: (more: Fields, answers: Fields) => Fields;
  /** What is added when it is saved. */
  finish?: (answers: Fields) => Fields;
  /** What is wrong with the answers together: field → sentence. */
  check?: (answers: Fields) => Record<string, string>;
  /** What a person should know before they save; it stops nobody. */
  warn?: (answers: Fields) => string[];
  /** The field that says when it happened; none is now. */
  happened?: string;
  /** What else is written once it is saved, about the record that was made. */
  after?: (fields: Fields, record: string) => Draft[];
}
