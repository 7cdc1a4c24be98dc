// Records as a person sees them: the server's record with this tablet's own unsent fields laid over it. Nothing is
// merged here; the server alone does that.

import { state, text } from './state';
import type { Entry, Fields, Sent } from './types';

export type RowState = 'saved' | 'sent' | 'look';

export interface Shown {
  record: string;
  kind: string;
  fields: Fields;
  /** When it happened, by corrected time. */
  happened_ms: number;
  recorded_ms: number;
  author: string | null;
  /** Typed by somebody without a PIN. */
  author_name: string | null;
  /** What the server marks it with, in its own words (sync/flags.py). */
  flags: string[];
  device: string | null;
  struck: boolean;
  state: RowState;
  conflicts: Record<string, { value: unknown; author: string | null; occurred_at: string; submission: string }[]>;
  /** The submission it was last written by, as the server knows it: the version of a plan. */
  seq: number | null;
}

export function zone(): string {
  return state.enrolment?.home.zone ?? 'Europe/London';
}

/** This tablet's clock, corrected by what the server last said. */
export function correctedNow(): number {
  return Date.now() + (state.standing.offset_ms ?? 0);
}

export function view(record: string): Shown | null {
  const known = state.records.get(record);
  const own = state.overlay.get(record) ?? [];
  const first = known ? null : own.find((entry) => entry.id === record || entry.submission.repairs);
  if (!known && !first) return null;
  const made = first?.submission;
  const shown: Shown = {
    record,
    kind: known?.kind ?? first!.kind,
    fields: { ...known?.fields },
    happened_ms: known ? Date.parse(known.occurred_at) : corrected(made!.occurred_at, first!),
    recorded_ms: known ? Date.parse(known.recorded_at) : corrected(made!.recorded_at, first!),
    author: known ? known.author : made!.author,
    author_name: (known ? known.author_name : made!.author_name) ?? null,
    flags: known?.flags ?? [],
    device: known ? known.device : (state.enrolment?.device ?? null),
    struck: known?.struck_out ?? false,
    state: 'sent',
    conflicts: known?.conflicts ?? {},
    seq: known?.seq ?? null,
  };
  for (const entry of own) lay(shown, entry);
  if (own.some((entry) => state.queue.has(entry.id))) shown.state = 'saved';
  else if (Object.keys(shown.conflicts).length || setAside(record)) shown.state = 'look';
  return shown;
}

/** Something that this tablet said of the record was not taken as it was sent. */
function setAside(record: string): boolean {
  for (const look of state.looks.values()) if (look.record === record) return true;
  return false;
}

function lay(shown: Shown, entry: Entry | Sent): void {
  for (const [name, value] of Object.entries(entry.submission.fields)) {
    if (value === null) delete shown.fields[name];
    else shown.fields[name] = value;
    if (name === 'struck_out') shown.struck = value === true;
    if (name === 'occurred_at' && typeof value === 'string') shown.happened_ms = corrected(value, entry);
  }
}

function corrected(at: string, entry: Entry): number {
  return Date.parse(at) + (entry.submission.offset_ms ?? 0);
}

// An entry never changes, and to read its time costs more than all else that is asked of thousands of old ones at each tap.
const recorded = new WeakMap<Entry, number>();

/** When an entry of this tablet was recorded, by a clock set right since. */
export function recordedMs(entry: Entry | Sent): number {
  if (!recorded.has(entry)) recorded.set(entry, corrected(entry.submission.recorded_at, entry));
  return recorded.get(entry)!;
}

export function ofKind(kind: string): Shown[] {
  const found: Shown[] = [];
  for (const id of state.byKind.get(kind) ?? []) {
    const shown = view(id);
    if (shown && shown.kind === kind && !shown.struck) found.push(shown);
  }
  return found;
}

/** What is recorded of one person, of one kind, struck ones too when asked for. */
export function ofResident(resident: string, kind: string, struck = false): Shown[] {
  const found: Shown[] = [];
  for (const id of state.byResident.get(resident)?.get(kind) ?? []) {
    const shown = view(id);
    // A record that was moved to somebody else is no longer this person's.
    if (shown && shown.kind === kind && shown.fields['resident'] === resident && (struck || !shown.struck)) found.push(shown);
  }
  return found;
}

/** Who recorded it: a name we know, the name that was typed, or none. */
export function authorName(of: { author: string | null; author_name?: string | null | undefined }): string | null {
  return staffName(of.author) ?? of.author_name ?? null;
}

/** The name of a tablet of this home; null while this one has not heard it. */
export function tabletName(id: string | null): string | null {
  if (!id) return null;
  if (id === state.enrolment?.device) return state.enrolment.name;
  return state.tablets.find((one) => one.id === id)?.name ?? null;
}

export function staffName(id: string | null): string | null {
  if (!id) return null;
  return text(view(id)?.fields['name']) ?? state.staff.find((one) => one.id === id)?.name ?? null;
}
