// The words of the screens that are fetched later. Asked for under another name, the message file is bundled a second
// time with these sections alone, so that the first look does not carry them.

import { forms, kinds, refusals, screens } from '../../sync/messages.json?later';

export const said = screens;
/** As `english` in words.ts: for what is kept in a record. */
export const english_said = { said: screens };
export const flagWords: Record<string, string> = kinds.flags;
export const kindWords: Record<string, string> = kinds.names;
export const fieldWords: Record<string, string> = refusals.fields;

/** The words of one question; inside `items`, of its parts too. */
export interface FieldWords {
  label: string;
  hint?: string;
  missing?: string;
  options?: Record<string, string>;
  /** The button that adds one more to a list of things, and the one that says that there is nothing to list. */
  add?: string;
  none?: string;
}

export interface FormWords {
  title: string;
  lead?: string;
  /** The record in one line; a part (between " · ") whose answer is missing is left out. */
  said?: string;
  /** What a person should know before they save. */
  warn?: Record<string, string>;
  fields: Record<string, FieldWords>;
}

const NONE: FormWords = { title: '', fields: {} };

/** The words of the form of a kind; a kind without one has none. */
export function formWords(kind: string): FormWords {
  return (forms as unknown as Record<string, FormWords>)[kind] ?? NONE;
}

/** The words for the codes of a field, where it has some: `hydration_check`, `outcome`. */
export function codesOf(kind: string, field: string): Record<string, string> | null {
  const own = formWords(kind).fields[field]?.options;
  if (own) return own;
  const found = (kinds as Record<string, Record<string, unknown>>)[kind]?.[field];
  return found && typeof found === 'object' ? (found as Record<string, string>) : null;
}
