// The words of the screens that are fetched later. Asked for under another name, the message file is bundled a second
// time with these sections alone, so that the first look does not carry them.

import { kinds, refusals, screens } from '../../sync/messages.json?later';

export const said = screens;
/** As `english` in words.ts: for what is kept in a record. */
export const english_said = { said: screens };
export const flagWords: Record<string, string> = kinds.flags;
export const kindWords: Record<string, string> = kinds.names;
export const fieldWords: Record<string, string> = refusals.fields;

/** The words for the closed codes of a field, where it has some: `hydration_check`, `outcome`. */
export function codesOf(kind: string, field: string): Record<string, string> | null {
  const found = (kinds as Record<string, Record<string, unknown>>)[kind]?.[field];
  return found && typeof found === 'object' ? (found as Record<string, string>) : null;
}
