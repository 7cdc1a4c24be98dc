// Saving: a tap becomes a stamped submission in the queue, in one strict transaction.
//
// The work per tap does not depend on how much is queued. The number stands inside the sealed text, and IndexedDB commits
// while it waits for crypto: so the number is read, the entry sealed, and both are written only if the number is still
// the next one. One tab at a time takes its turn (alone.ts); where two did not, the later one seals again.

import { alone } from './alone';
import { iso, say, tick } from './clock';
import { meta, NEW_COUNTERS, strictly } from './db';
import { nonce, uuid7 } from './ids';
import { rowOf } from './rows';
import { watched } from './saves';
import { sealsFor, sessionKey, startSealing, type SessionKey } from './sealing';
import { dropEntry, load, moved, putEntry, state, tell, text } from './state';
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
/** protocol.md: a tablet never queues an entry over 64 kB. */
const MOST_BYTES = 64 * 1024;
/** So many of the latest numbers that cannot wait are remembered; an older one goes by its number. */
const MOST_FIRST = 50;
/** A tap waits no longer for another tab's: that one hangs. */
const TURN_MS = 3_000;

/** More was written than one entry may hold; nothing was queued. */
export class TooLong extends Error {}

/** Queue one submission. Resolves after the commit: only then may anybody be told that it is saved. */
export function save(author: Author | Typed, draft: Draft, now_ms: number = Date.now()): Promise<Entry> {
  return watched(keep(author, draft, now_ms));
}

async function keep(author: Author | Typed, draft: Draft, now_ms: number): Promise<Entry> {
  const own = sessionKey();
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
  const resident = text(fields['resident']) ?? draft.resident ?? null;
  // Nobody's unlock made a key to seal this with: the home's own is public, and enough.
  if ('typed' in author && !sealsFor('')) await startSealing('', await meta('home_key'));
  const key = 'typed' in author ? sessionKey() : own;
  const entry = (await alone('tidemark-queue', TURN_MS, () => queue(submission, resident, now_ms + (offset_ms ?? 0), key)))!;
  try {
    show(entry);
  } catch (error) {
    // It is saved, whatever the screen makes of it.
    reportError(error);
    void load();
  }
  return entry;
}

function show(entry: Entry): void {
  moved();
  if (entry.submission.repairs) forget(entry.submission.repairs);
  state.queue.set(entry.id, entry);
  putEntry(entry);
  tell('queue');
  if (entry.resident) tell(`resident:${entry.resident}`);
  // A drink changes one row; anything else may change who is listed, or what is open.
  if (entry.kind !== 'hydration_check') tell('records');
  post({ type: MOVED });
  saved.dispatchEvent(new Event('saved'));
}

/** Number, seal and write. Nothing is read of the queue, so that it costs the same however long that is. */
async function queue(submission: Submission, resident: string | null, corrected_ms: number, key: SessionKey | null): Promise<Entry> {
  const device = state.enrolment!.device;
  for (;;) {
    const before = (await meta('counters')) ?? NEW_COUNTERS;
    const counters = { ...tick(before, corrected_ms), number: before.number + 1 };
    const { number } = counters;
    const { id, record, kind } = submission;
    const entry: Entry = { number, id, record, kind, resident, submission: { ...submission, number, clock: say(counters, device) } };
    if (new TextEncoder().encode(JSON.stringify(entry.submission)).length > MOST_BYTES) throw new TooLong();
    const row = await rowOf(entry, device, key);
    const written = await strictly(['meta', 'queue', 'keys', 'looks'], async (tx) => {
      const metas = tx.objectStore('meta');
      const now = ((await metas.get('counters')) as Counters | undefined) ?? NEW_COUNTERS;
      if (now.number !== before.number) return (await tx.objectStore('queue').get(number))?.id === id;
      // The server's time may have moved the clock meanwhile, and it never runs backwards.
      void metas.put(now.clock_ms > counters.clock_ms ? { ...now, number } : counters, 'counters');
      void tx.objectStore('queue').add(row);
      if (key) void tx.objectStore('keys').put(key.row);
      if (submission.repairs) void tx.objectStore('looks').delete(submission.repairs);
      if (isUrgent(entry)) {
        const first = ((await metas.get('first')) as number[] | undefined) ?? [];
        void metas.put([...first, ...waiting(record), number].slice(-MOST_FIRST), 'first');
      }
      return true;
    });
    if (written) return entry;
  }
}

/** It calls somebody, or answers an alert: it goes before everything that only waits. */
export function isUrgent({ kind, submission }: Entry): boolean {
  return kind === 'alert' || kind === 'escalation' || 'red_flags' in submission.fields;
}

/** Our own numbers on this record that the server has not got: nothing shows of a record before what made it is there. */
function waiting(record: string): number[] {
  return (state.overlay.get(record) ?? []).filter((own) => state.queue.has(own.id)).map((own) => own.number);
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
  await strictly(['looks'], async (tx) => tx.objectStore('looks').delete(id));
  moved();
  forget(id);
}

function forget(id: string): void {
  const look = state.looks.get(id);
  state.looks.delete(id);
  if (look) dropEntry(look);
  tell('looks');
}
