// Saving: a tap becomes a stamped submission in the queue, in one strict transaction.
//
// The work per tap does not depend on how much is queued. The device's number and clock live in the same transaction
// as the entry, so numbers are gapless through crashes and several tabs, without a lock: IndexedDB runs one writer at
// a time on a store.

import { iso, say, tick } from './clock';
import { NEW_COUNTERS, strictly } from './db';
import { nonce, uuid7 } from './ids';
import { dropEntry, moved, putEntry, state, tell, text } from './state';
import type { Counters, Entry, Fields, Submission } from './types';
import { MOVED, post } from './wire';

export interface Draft {
  kind: string;
  fields: Fields;
  /** The record it speaks of; none makes a new one. */
  record?: string;
  /** When it happened, by this tablet's clock; none is now. */
  happened?: number;
  repairs?: string;
  /** The person it is about, when the fields do not say (corrections). */
  resident?: string | null;
}

export interface Author {
  id: string;
  grant: string;
}

/** Somebody without a PIN: care is never refused for that, only marked until a senior says who it was. */
export interface Typed {
  typed: string;
}

const SCHEMA = 1;

/** Queue one submission. Resolves after the commit: only then may anybody be told that it is saved. */
export async function save(author: Author | Typed, draft: Draft, now_ms: number = Date.now()): Promise<Entry> {
  const device = state.enrolment!.device;
  const id = uuid7(now_ms);
  const offset_ms = state.standing.offset_ms;
  const fields = clean(draft.fields) as Fields;
  const record = draft.record ?? id;
  const submission: Submission = {
    id,
    record,
    kind: draft.kind,
    schema: SCHEMA,
    parents: draft.record ? parents(draft.record) : [],
    author: 'typed' in author ? null : author.id,
    grant: 'typed' in author ? null : author.grant,
    occurred_at: iso(draft.happened ?? now_ms),
    recorded_at: iso(now_ms),
    offset_ms,
    seen: state.standing.seen,
    clock: '',
    nonce: nonce(),
    number: 0,
    fields,
    ...(draft.repairs ? { repairs: draft.repairs } : {}),
    ...('typed' in author ? { author_name: author.typed } : {}),
  };
  const entry = await strictly(['meta', 'queue'], async (tx) => {
    const metas = tx.objectStore('meta');
    const before = ((await metas.get('counters')) as Counters | undefined) ?? NEW_COUNTERS;
    const counters = { ...tick(before, now_ms + (offset_ms ?? 0)), number: before.number + 1 };
    const stamped: Entry = {
      number: counters.number,
      id,
      record,
      kind: draft.kind,
      resident: text(fields['resident']) ?? draft.resident ?? null,
      submission: { ...submission, number: counters.number, clock: say(counters, device) },
    };
    void metas.put(counters, 'counters');
    void tx.objectStore('queue').add(stamped);
    return stamped;
  });
  moved();
  state.queue.set(entry.id, entry);
  putEntry(entry);
  tell('queue');
  if (entry.resident) tell(`resident:${entry.resident}`);
  // A drink changes one row; anything else may change who is listed, or what is open.
  if (entry.kind !== 'hydration_check') tell('records');
  post({ type: MOVED });
  saved.dispatchEvent(new Event('saved'));
  return entry;
}

/** Tells the sender that there is something to send. */
export const saved = new EventTarget();

/** The record's heads as last received, and our own submissions on it that they do not include yet. */
function parents(record: string): string[] {
  const heads = state.records.get(record)?.heads ?? [];
  const own = (state.overlay.get(record) ?? []).map((entry) => entry.id);
  return [...new Set([...heads, ...own])];
}

/** Half an emoji or a NUL has no form that a server could keep: what a keyboard cannot mean is left out. */
function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed();
  if (Array.isArray(value)) return value.map(clean);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]));
  }
  return value;
}

/** Somebody has read what the server said of this entry: it leaves the list, and stays with the server. */
export async function putAway(id: string): Promise<void> {
  const look = state.looks.get(id);
  await strictly(['looks'], async (tx) => tx.objectStore('looks').delete(id));
  moved();
  state.looks.delete(id);
  if (look) dropEntry(look);
  tell('looks');
}
