// The only file that fetches, and the tablet's half of protocol.md.
//
// One rule stands above the rest: an entry leaves the queue only when an answer that is ours names its id with the
// digest that we hold. No status code, time-out, network flag or foreign page moves anything.

import { digest } from './digest';
import { iso, observe } from './clock';
import { database, meta, NEW_COUNTERS, NEW_STANDING, strictly } from './db';
import type { Answer, Change, Counters, Entry, Look, Result, Sent, Standing } from './types';

const PROTOCOL = 1;
const MOST_ENTRIES = 500;
const MOST_BYTES = 3_500_000;
const PATIENCE_MS = 30_000;
/** No answer, ours or a gateway's, may silence a tablet for longer. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
/** A round trip longer than this says too little about the server's clock. */
const CLOCK_ROUND_TRIP_MS = 10_000;
/** How long copies of what was sent stay here, for a server that comes back without them. */
export const KEEP_SENT_MS = 2 * 24 * 3_600_000;

export type Outcome =
  | { is: 'done'; left: number; more: boolean; locked: boolean; moved: Moved }
  | { is: 'unreachable' }
  | { is: 'busy'; wait_ms: number | null }
  | { is: 'too_large'; batch: string[] }
  | { is: 'refused'; why: 'revoked' | 'unknown_device' | 'update' | 'server_old' }
  | { is: 'elsewhere' };

/** What one answer changed, for whoever holds it in memory. */
export interface Moved {
  sent: Sent[];
  looks: Look[];
  again: Entry[];
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

/** One round trip: the oldest waiting entries out, the server's word in. Only one tab or worker does it at a time. */
export async function exchange(grant: string | null, limit = MOST_ENTRIES, skip: ReadonlySet<string> = new Set()): Promise<Outcome> {
  return navigator.locks.request('tidemark-sync', { ifAvailable: true }, async (lock) =>
    lock ? roundTrip(grant, limit, skip) : { is: 'elsewhere' as const },
  );
}

async function roundTrip(grant: string | null, limit: number, skip: ReadonlySet<string>): Promise<Outcome> {
  const enrolment = await meta('enrolment');
  if (!enrolment) return { is: 'refused', why: 'unknown_device' };
  const { batch, pending, last_number } = await oldest(Math.min(limit, MOST_ENTRIES), skip);
  const standing = { ...NEW_STANDING, ...(await meta('standing')) };
  const asked = Date.now();
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
      submissions: batch.map((entry) => entry.submission),
    },
    enrolment.token,
  );
  if (!answer) return { is: 'unreachable' };
  if (answer.status === 413) return { is: 'too_large', batch: batch.map((entry) => entry.id) };
  if (answer.status !== 200) return refusal(answer.status, answer.body, answer.retry_after_ms);
  if (!isAnswer(answer.body, batch)) return { is: 'unreachable' };
  const moved = await takeIn(answer.body, batch, standing, asked);
  const left = await (await database()).count('queue');
  return { is: 'done', left, more: answer.body.more, locked: grant !== null && answer.body.locked, moved };
}

/** The oldest entries that fit in one request, and how many stay behind. */
async function oldest(limit: number, skip: ReadonlySet<string>) {
  const tx = (await database()).transaction(['queue', 'meta']);
  const queue = tx.objectStore('queue');
  const batch: Entry[] = [];
  let bytes = 0;
  for (let cursor = await queue.openCursor(); cursor && batch.length < limit; cursor = await cursor.continue()) {
    const entry = cursor.value;
    if (skip.has(entry.id)) continue;
    bytes += new TextEncoder().encode(JSON.stringify(entry.submission)).length + 1;
    if (bytes > MOST_BYTES && batch.length) break;
    batch.push(entry);
  }
  const all = await queue.count();
  const counters = ((await tx.objectStore('meta').get('counters')) as Counters | undefined) ?? NEW_COUNTERS;
  return { batch, pending: all - batch.length, last_number: counters.number };
}

/** Is this 200 our protocol's, and about this batch? A hotel's log-in page is also a 200. */
function isAnswer(body: unknown, batch: Entry[]): body is Answer {
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

function refusal(status: number, body: Record<string, unknown>, retry_after_ms: number | null): Outcome {
  if (status === 401) {
    const said = JSON.stringify(body);
    if (said.includes('revoked')) return { is: 'refused', why: 'revoked' };
    // A foreign network's 401 is nobody's word about this tablet.
    return said.includes('unknown') ? { is: 'refused', why: 'unknown_device' } : { is: 'unreachable' };
  }
  if (status === 409) return { is: 'refused', why: body['update_required'] === true ? 'update' : 'server_old' };
  return { is: 'busy', wait_ms: retry_after_ms };
}

/** Write the whole answer in one transaction: results, changes and cursor hold together or not at all. */
async function takeIn(answer: Answer, batch: Entry[], before: Standing, asked: number): Promise<Moved> {
  const now = Date.now();
  const digests = await Promise.all(batch.map((entry) => digest(entry.submission).catch(() => null)));
  const server_ms = Date.parse(answer.server_time);
  const sent: Sent[] = [];
  const looks: Look[] = [];
  const unread: string[] = [];
  batch.forEach((entry, at) => {
    const result = answer.results[at]!;
    const verdict = judge(entry, result, digests[at] ?? null);
    if (verdict === 'sent') sent.push({ ...entry, seq: result.seq ?? 0, at: now, echoed: false });
    if (verdict === 'look') looks.push({ ...entry, errors: result.errors ?? {}, at: now });
    if (verdict === 'stay') unread.push(entry.id);
  });
  // What this answer itself speaks of is not asked for again.
  const answered = new Set(batch.map((entry) => entry.id));
  const rewound = answer.rewound;
  const standing: Standing = {
    cursor: rewound ? null : answer.cursor,
    head: rewound ? null : answer.head,
    safe: answer.safe,
    seen: rewound ? null : answer.locked || answer.more ? newest(answer.changes, before.seen) : answer.head.seq,
    offset_ms: now - asked < CLOCK_ROUND_TRIP_MS ? Math.round(server_ms - (asked + now) / 2) : before.offset_ms,
    last_contact: now,
    last_sent: sent.length + looks.length ? now : before.last_sent,
    all_arrived: !rewound && answer.resend.length === 0,
  };
  const changes = rewound ? [] : answer.changes;
  const again: Entry[] = [];
  await strictly(['meta', 'queue', 'sent', 'looks', 'records'], async (tx) => {
    const queue = tx.objectStore('queue');
    const sents = tx.objectStore('sent');
    const records = tx.objectStore('records');
    for (const entry of [...sent, ...looks]) void queue.delete(entry.number);
    for (const entry of sent) void sents.put(entry);
    for (const look of looks) void tx.objectStore('looks').put(look);
    if (rewound) void records.clear();
    for (const change of changes) void records.put(change);
    for (const id of answer.removed) void records.delete(id);
    for (const copy of await sents.getAll()) {
      const shown = changes.find((change) => change.record === copy.record && change.seq >= copy.seq);
      if (!answered.has(copy.id) && wanted(copy.number, copy.seq, answer)) {
        const { seq: _seq, at: _at, echoed: _echoed, ...entry } = copy;
        again.push(entry);
        void queue.put(entry);
        void sents.delete(copy.id);
      } else if (shown && !copy.echoed) void sents.put({ ...copy, echoed: true });
      else if (copy.echoed && copy.at < now - KEEP_SENT_MS) void sents.delete(copy.id);
    }
    // A restored server has lost what it had set aside, too.
    for (const copy of await tx.objectStore('looks').getAll()) {
      if (answered.has(copy.id) || !wanted(copy.number, Infinity, answer)) continue;
      const { errors: _errors, at: _at, ...entry } = copy;
      again.push(entry);
      void queue.put(entry);
      void tx.objectStore('looks').delete(copy.id);
    }
    const counters = ((await tx.objectStore('meta').get('counters')) as Counters | undefined) ?? NEW_COUNTERS;
    void tx.objectStore('meta').put(observe(counters, server_ms, now + (standing.offset_ms ?? 0)), 'counters');
    void tx.objectStore('meta').put(standing, 'standing');
  });
  return { sent, looks, again, unread, changes, removed: answer.removed, dropped_all: !!rewound, standing };
}

/** What the server's word on one entry means. Nothing else takes it out of the queue. */
export function judge(entry: Entry, result: Result, own_digest: string | null): 'sent' | 'look' | 'stay' {
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
