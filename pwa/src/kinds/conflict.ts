// Two people changed one record without seeing each other: what each of them said, and the submission that decides.

import { state, text } from '../state';
import type { Draft } from '../outbox';
import type { Fields } from '../types';
import { view, type Shown } from '../view';

/** What only makes sense together is decided together (sync/kinds/hydration_check.py). */
export const THE_DRINK = ['outcome', 'drink', 'vessel', 'vessel_ml', 'fraction', 'drunk_ml', 'offered_ml', 'basis', 'from_food', 'reason', 'next_step', 'iddsi_level'];
const GROUPS: Record<string, string[][]> = { hydration_check: [THE_DRINK] };
/** Alerts have a screen of their own, on which two owners both stand. */
const ELSEWHERE = new Set(['alert']);

export interface Version {
  submission: string;
  author: string | null;
  at_ms: number;
  /** The whole group as this version has it. */
  fields: Fields;
}

export interface Difference {
  fields: string[];
  /** Those of them in which the versions differ. */
  differ: string[];
  versions: Version[];
}

export function inConflict(): Shown[] {
  const found: Shown[] = [];
  for (const change of state.records.values()) {
    if (!Object.keys(change.conflicts).length || ELSEWHERE.has(change.kind)) continue;
    const shown = view(change.record);
    if (shown && !answered(shown)) found.push(shown);
  }
  return found.sort((a, b) => a.happened_ms - b.happened_ms);
}

/** Somebody at this tablet has decided, and the server has not said so yet. */
function answered(shown: Shown): boolean {
  const own = (state.overlay.get(shown.record) ?? []).flatMap((entry) => Object.keys(entry.submission.fields));
  return Object.keys(shown.conflicts).every((name) => own.includes(name));
}

/** What differs, a group of fields at a time, newest version first. */
export function differences(shown: Shown): Difference[] {
  const found: Difference[] = [];
  const names = Object.keys(shown.conflicts);
  for (const name of names) {
    if (found.some((one) => one.fields.includes(name))) continue;
    const fields = GROUPS[shown.kind]?.find((group) => group.includes(name)) ?? [name];
    const differ = fields.filter((field) => names.includes(field));
    const said = new Map<string, Version>();
    for (const field of differ) {
      for (const each of shown.conflicts[field]!) {
        const version = said.get(each.submission) ?? {
          submission: each.submission, author: each.author, at_ms: Date.parse(each.occurred_at),
          fields: Object.fromEntries(fields.filter((one) => !differ.includes(one) && shown.fields[one] !== undefined).map((one) => [one, shown.fields[one]])),
        };
        version.fields[field] = each.value;
        said.set(each.submission, version);
      }
    }
    found.push({ fields, differ, versions: [...said.values()] });
  }
  return found;
}

/** The chosen versions, whole, after everything that is known of the record: that ends the conflict. */
export function decide(shown: Shown, chosen: Version[], reason: string): Draft {
  return {
    kind: shown.kind,
    record: shown.record,
    resident: text(shown.fields['resident']),
    fields: { ...Object.assign({}, ...chosen.map((one) => one.fields)), correction_reason: reason },
  };
}
