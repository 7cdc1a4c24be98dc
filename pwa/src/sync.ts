// The only file that fetches, and the tablet's half of protocol.md.
//
// One rule stands above the rest: an entry leaves the queue only when an answer that is ours names its id with the
// digest that we hold. No status code, time-out, network flag or foreign page moves anything.

import { alone } from './alone';
import { iso, observe } from './clock';
import { meta, NEW_COUNTERS, NEW_STANDING, reading, setMeta, strictly } from './db';
import { PRACTICE } from './practice';
import { digestOf, isSealed, lookOf, recordOf, travelling } from './rows';
import type { Answer, Change, Counters, Result, Standing, StoredEntry, StoredLook, StoredSent } from './types';
import { isOpen } from './vault';

const PROTOCOL = 1;
const MOST_ENTRIES = 500;
const MOST_BYTES = 3_500_000;
const PATIENCE_MS = 30_000;
/** No answer, ours or a gateway's, may silence a tablet for longer. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
const STRANGER_WAIT_MS = 10 * 60_000;
/** A round trip longer than this says too little about the server's clock. */
const CLOCK_ROUND_TRIP_MS = 10_000;
/** The server takes 3,000 an hour of one tablet: what can wait leaves room among them for what cannot. */
const MOST_AN_HOUR = 2_800;
const HOUR_MS = 3_600_000;

export type Outcome =
  | { is: 'done'; left: number; full: boolean; more: boolean; locked: boolean; moved: Moved }
  | { is: 'unreachable' }
  | { is: 'busy'; wait_ms: number | null }
  | { is: 'too_large'; batch: string[]; wait_ms: number | null }
  | { is: 'refused'; why: 'revoked' | 'unknown_device' | 'update' | 'server_old' }
  | { is: 'elsewhere' };

/** What one answer changed, for whoever holds it in memory. */
export interface Moved {
  sent: StoredSent[];
  looks: (StoredLook & { errors: Record<string, string[]> })[];
  again: StoredEntry[];
  /** Ids that the server could not read yet (`retry`). */
  unread: string[];
  changes: Change[];
  removed: string[];
  dropped_all: boolean;
  standing: Standing;
}

/**
 * A call to our own server. `null` when it could not be reached or did not answer in JSON; only a gateway's own "too
 * large" and "not before" count without our words, since they ask for something that we can do.
 */
export async function call(
  method: string,
  path: string,
  body?: unknown,
  token?: string | null,
  patience_ms = PATIENCE_MS,
): Promise<{ status: number; body: Record<string, unknown>; retry_after_ms: number | null } | null> {
  // The one way to the server: who practises never reaches it.
  if (PRACTICE) return null;
  try {
    const answer = await fetch(`/api/v1/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(patience_ms),
    });
    const { status } = answer;
    const retry_after_ms = waitOf(answer.headers.get('Retry-After'));
    const parsed = read(await answer.text());
    const asks = status === 413 || ((status === 429 || status === 503) && retry_after_ms !== null);
    return parsed || asks ? { status, body: parsed ?? {}, retry_after_ms } : null;
  } catch {
    return null;
  }
}

function read(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = text ? JSON.parse(text) : {};
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isObject(it: unknown): it is Record<string, unknown> {
  return typeof it === 'object' && it !== null && !Array.isArray(it);
}

/** Is our server there? Cheap enough to ask every few seconds while something waits. */
export async function knock(): Promise<boolean> {
  return 'server_time' in ((await call('GET', 'health', undefined, null, 4_000))?.body ?? {});
}

/** One round trip: what cannot wait and the oldest entries out, the server's word in. Only one tab or worker does it at a time. */
export async function exchange(grant: string | null, limit = MOST_ENTRIES, skip: ReadonlySet<string> = new Set()): Promise<Outcome> {
  // What cannot be hidden is not received: without a key, the device's token alone delivers.
  const reads = isOpen() ? grant : null;
  return (await alone('tidemark-sync', 0, () => roundTrip(reads, limit, skip))) ?? { is: 'elsewhere' };
}

async function roundTrip(grant: string | null, limit: number, skip: ReadonlySet<string>): Promise<Outcome> {
  const enrolment = await meta('enrolment');
  if (!enrolment) return { is: 'refused', why: 'unknown_device' };
  const standing = { ...NEW_STANDING, ...(await meta('standing')) };
  const asked = Date.now();
  const quiet = await meta('quiet');
  // Only as long as it was asked for: a clock that was set back since makes no wait longer.
  if (quiet && asked < quiet.until && quiet.until <= asked + quiet.wait_ms) return { is: 'busy', wait_ms: quiet.until - asked };
  const { hour: before } = standing;
  // As the server counts: an hour begins with the first entry after the last one.
  const hour = before && asked >= before.from && asked < before.from + HOUR_MS ? before : { from: asked, count: 0 };
  const { batch, keys, pending, last_number } = await next(Math.min(limit, MOST_ENTRIES), MOST_AN_HOUR - hour.count, skip);
  standing.hour = { ...hour, count: hour.count + batch.length };
  const answer = await call(
    'POST',
    'sync',
    {
      protocol: PROTOCOL,
      sent_at: iso(asked),
      grant,
      cursor: standing.cursor,
      head: standing.head,
      pending,
      last_number,
      keys,
      submissions: batch.map(travelling),
    },
    enrolment.token,
  );
  if (!answer) return { is: 'unreachable' };
  // One entry that cannot be set aside today is refused with all its neighbours, too.
  if (answer.status === 413 || answer.body['code'] === 'quarantine_limit') return { is: 'too_large', batch: batch.map(({ id }) => id), wait_ms: answer.retry_after_ms };
  if (answer.status !== 200) {
    const refused = refusal(answer.status, answer.body, answer.retry_after_ms);
    // Every tab and the worker keep to it, also after a reload.
    if (refused.is === 'busy' && refused.wait_ms) {
      await setMeta('quiet', { until: Date.now() + refused.wait_ms, wait_ms: refused.wait_ms }).catch(() => undefined);
    }
    return refused;
  }
  if (!isAnswer(answer.body, batch)) return { is: 'unreachable' };
  const moved = await takeIn(answer.body, batch, standing, asked);
  const left = await reading((db) => db.count('queue'));
  const full = standing.hour.count >= MOST_AN_HOUR;
  return { is: 'done', left, full, more: answer.body.more, locked: grant !== null && answer.body.locked, moved };
}

/**
 * What fits in one request with its keys, and how many stay behind: first what cannot wait (outbox.ts), then at most `room`
 * others, the oldest first.
 */
async function next(limit: number, room: number, skip: ReadonlySet<string>) {
  return reading(async (db) => {
    const tx = db.transaction(['queue', 'keys', 'meta']);
    const queue = tx.objectStore('queue');
    const metas = tx.objectStore('meta');
    const batch: StoredEntry[] = [];
    const keys: Record<string, string> = {};
    let bytes = 0;
    const take = async (row: StoredEntry | undefined): Promise<boolean> => {
      if (!row || skip.has(row.id)) return true;
      bytes += sizeOf(row) + 1;
      if (batch.length >= limit || (bytes > MOST_BYTES && batch.length)) return false;
      batch.push(row);
      const key = isSealed(row) && !keys[row.kid] && (await tx.objectStore('keys').get(row.kid));
      if (key) keys[key.kid] = key.jwe;
      return true;
    };
    const first = ((await metas.get('first')) as number[] | undefined) ?? [];
    for (const number of first) if (!(await take(await queue.get(number)))) break;
    const most = batch.length + room;
    for (let cursor = await queue.openCursor(); cursor && batch.length < most; cursor = await cursor.continue()) {
      if (!first.includes(cursor.value.number) && !(await take(cursor.value))) break;
    }
    const all = await queue.count();
    const counters = ((await metas.get('counters')) as Counters | undefined) ?? NEW_COUNTERS;
    return { batch, keys, pending: all - batch.length, last_number: counters.number };
  });
}

/** Bytes that a row adds to a request; what surrounds a sealed text, a new key among it, is well within the allowance. */
const AROUND = 900;
function sizeOf(row: StoredEntry): number {
  return isSealed(row) ? row.sealed.length + AROUND : new TextEncoder().encode(JSON.stringify(row.submission)).length;
}

/** Is this 200 our protocol's, and about this batch? A hotel's log-in page is also a 200. */
function isAnswer(body: unknown, batch: StoredEntry[]): body is Answer {
  const it = body as Partial<Answer>;
  return (
    it.protocol === PROTOCOL &&
    typeof it.server_time === 'string' &&
    Number.isFinite(Date.parse(it.server_time)) &&
    Array.isArray(it.results) &&
    it.results.length === batch.length &&
    it.results.every((one, at) => isObject(one) && (one.id === batch[at]!.id || one.id === null)) &&
    Array.isArray(it.changes) &&
    it.changes.every((one) => isObject(one) && typeof one.record === 'string' && isObject(one.fields)) &&
    Array.isArray(it.removed) &&
    Array.isArray(it.resend) &&
    it.resend.every(Array.isArray) &&
    isObject(it.head) &&
    (it.cursor === null || typeof it.cursor === 'string') &&
    typeof it.more === 'boolean'
  );
}

/** The server's own word that this tablet is no longer the home's; a foreign network's 401 is nobody's word about it. */
export function endedBy(answer: { status: number; body: Record<string, unknown> } | null): 'revoked' | 'unknown_device' | null {
  const said = answer?.status === 401 ? JSON.stringify(answer.body) : '';
  return said.includes('revoked') ? 'revoked' : said.includes('unknown') ? 'unknown_device' : null;
}

function refusal(status: number, body: Record<string, unknown>, retry_after_ms: number | null): Outcome {
  const why = endedBy({ status, body });
  if (why) return { is: 'refused', why };
  if (status === 401) return { is: 'unreachable' };
  if (status === 409) return { is: 'refused', why: body['update_required'] === true ? 'update' : 'server_old' };
  // The server's own word is kept to. A gateway or portal between may ask for a while, and not for a day.
  const most = typeof body['code'] === 'string' ? LONGEST_WAIT_MS : STRANGER_WAIT_MS;
  return { is: 'busy', wait_ms: retry_after_ms && Math.min(retry_after_ms, most) };
}

/** Write the whole answer in one transaction: results, changes and cursor hold together or not at all. */
async function takeIn(answer: Answer, batch: StoredEntry[], before: Standing, asked: number): Promise<Moved> {
  const now = Date.now();
  const digests = await Promise.all(batch.map(digestOf));
  const server_ms = Date.parse(answer.server_time);
  const sent: StoredSent[] = [];
  const looks: Moved['looks'] = [];
  const unread: string[] = [];
  batch.forEach((entry, at) => {
    const result = answer.results[at]!;
    const verdict = judge(entry, result, digests[at] ?? null);
    if (verdict === 'sent') sent.push({ ...entry, seq: result.seq ?? 0, at: server_ms, echoed: false, unseen: 1 });
    if (verdict === 'look') looks.push({ ...entry, errors: result.errors ?? {}, at: now });
    if (verdict === 'stay') unread.push(entry.id);
  });
  // What this answer itself speaks of is not asked for again.
  const answered = new Set(batch.map((entry) => entry.id));
  const rewound = answer.rewound;
  const standing: Standing = {
    cursor: rewound ? null : answer.cursor,
    head: answer.head, // also of a ledger that was put back: were it put back once more, the server could not tell otherwise
    safe: answer.safe,
    seen: rewound ? null : answer.locked || answer.more ? newest(answer.changes, before.seen) : answer.head.seq,
    offset_ms: now - asked < CLOCK_ROUND_TRIP_MS ? Math.round(server_ms - (asked + now) / 2) : before.offset_ms,
    last_contact: now,
    last_sent: sent.length + looks.length ? now : before.last_sent,
    arrived: before.arrived,
    all_arrived: !rewound && answer.resend.length === 0,
    hour: before.hour,
  };
  const changes = rewound ? [] : answer.changes;
  const again: StoredEntry[] = [];
  // Crypto first: a transaction does not wait for it.
  const hidden = await Promise.all(changes.map(recordOf));
  const told = await Promise.all(looks.map(({ errors, at, ...row }) => lookOf(row, errors, at)));
  await strictly(['meta', 'queue', 'sent', 'looks', 'records'], async (tx) => {
    const queue = tx.objectStore('queue');
    const sents = tx.objectStore('sent');
    const records = tx.objectStore('records');
    for (const entry of [...sent, ...looks]) void queue.delete(entry.number);
    for (const entry of sent) void sents.put(entry);
    for (const look of told) void tx.objectStore('looks').put(look);
    if (rewound) void records.clear();
    for (const row of hidden) void records.put(row);
    for (const id of answer.removed) void records.delete(id);
    for (const { record, seq } of changes) {
      for (const copy of await sents.index('record').getAll(record)) {
        if (copy.echoed || copy.seq > seq) continue;
        const { unseen: _unseen, ...shown } = copy;
        // The server's record shows it now: what is kept is for sending again, not for reading.
        if (isSealed(shown)) delete shown.hidden;
        void sents.put({ ...shown, echoed: true });
      }
    }
    const asked_for: StoredSent[] = rewound ? (await sents.getAll()).filter((one) => one.seq > rewound.seq) : [];
    for (const [from, to] of answer.resend) if (from <= to) asked_for.push(...(await sents.index('number').getAll(IDBKeyRange.bound(from, to))));
    for (const copy of asked_for) {
      if (answered.has(copy.id) || again.some((one) => one.id === copy.id)) continue;
      const { seq: _seq, at: _at, echoed: _echoed, unseen: _unseen, ...row } = copy;
      again.push(row);
      void queue.put(row);
      void sents.delete(copy.id);
    }
    // A restored server has lost what it had set aside, too.
    for (const copy of rewound || answer.resend.length ? await tx.objectStore('looks').getAll() : []) {
      if (answered.has(copy.id) || !wanted(copy.number, Infinity, answer)) continue;
      const { errors: _errors, said: _said, at: _at, ...row } = copy;
      again.push(row);
      void queue.put(row);
      void tx.objectStore('looks').delete(copy.id);
    }
    const counters = ((await tx.objectStore('meta').get('counters')) as Counters | undefined) ?? NEW_COUNTERS;
    standing.arrived = Math.max(before.arrived ?? counters.number, ...[...sent, ...looks].map((one) => one.number));
    if (standing.arrived + (await queue.count(IDBKeyRange.lowerBound(standing.arrived, true))) < counters.number) standing.all_arrived = false;
    void tx.objectStore('meta').put(observe(counters, server_ms, now + (standing.offset_ms ?? 0)), 'counters');
    void tx.objectStore('meta').put(standing, 'standing');
  });
  return { sent, looks, again, unread, changes, removed: answer.removed, dropped_all: !!rewound, standing };
}

/** What the server's word on one entry means. Nothing else takes it out of the queue. */
export function judge(entry: { id: string }, result: Result, own_digest: string | null): 'sent' | 'look' | 'stay' {
  if (result.id !== entry.id) return 'stay';
  if (result.status === 'quarantined') return 'look';
  if (result.status !== 'accepted' && result.status !== 'duplicate') return 'stay';
  return own_digest !== null && result.digest === own_digest ? 'sent' : 'look';
}

/** A restored server asks for what it has lost: numbers it never saw, or everything above the row it went back to. */
function wanted(number: number, seq: number, answer: Answer): boolean {
  if (answer.rewound && seq > answer.rewound.seq) return true;
  return answer.resend.some(([from, to]) => number >= from && number <= to);
}

function newest(changes: Change[], before: number | null): number | null {
  return changes.reduce<number | null>((most, change) => Math.max(most ?? 0, change.seq), before);
}

function waitOf(header: string | null): number | null {
  if (!header) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(LONGEST_WAIT_MS, Math.max(0, ms)) : null;
}
