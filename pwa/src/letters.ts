// Photographed letters on their way to the server: kept encrypted under this tablet's data key, behind everything written.
//
// A letter never holds up an entry: it goes when nothing else waits, one at a time, and leaves when the server says that it
// has it. Its `attachment` record, which is text, has gone before it.

import { record } from './acts';
import { reading, strictly } from './db';
import { sha256 as digestOf } from './digest';
import { base64url } from './jwe';
import type { Draft } from './outbox';
import { session } from './session';
import { listen, state, tell } from './state';
import { call } from './sync';
import type { Hidden } from './types';
import { hide, show } from './vault';
import type { Shown } from './view';

/** What lies on this tablet of one letter. It stands in the table `meta` under its digest: a letter is there once. */
export interface Row {
  sha256: string;
  /** The outcome that it belongs to. */
  about: string;
  type: string;
  size: number;
  at: number;
  /** Its `attachment` record, once that is saved. */
  id: string | null;
  /** Why the server did not take it, in its own words. */
  refused: string | null;
  hidden: Hidden;
}

const PREFIX = 'letter ';
const EVERY_MS = 60_000;
const PATIENCE_MS = 120_000;
let rows: Row[] = [];
let running = false;

/** Letters that lie here, the oldest first. */
export function letters(): readonly Row[] {
  return rows;
}

/** The pages of an outcome's letter that lie here, to be looked at; a key that nobody here holds leaves them shut. */
export async function pages(about: string): Promise<string[]> {
  const own = await Promise.all(rows.filter((one) => one.about === about).map(async (one) => [one.type, await show<string>(one.sha256, one.hidden)] as const));
  return own.flatMap(([type, content]) => (content === null ? [] : [`data:${type};base64,${content.replaceAll('-', '+').replaceAll('_', '/')}`]));
}

/** Keep a small photo as a letter of this outcome. Resolves when both it and its record are saved on this tablet. */
export async function keep(photo: Blob, about: Shown): Promise<void> {
  const bytes = new Uint8Array(await photo.arrayBuffer());
  const sha256 = await digestOf(bytes);
  const row: Row = { sha256, about: about.record, type: photo.type, size: bytes.length, at: Date.now(), id: null, refused: null, hidden: await hide(sha256, base64url(bytes)) };
  await put(row);
  await put({ ...row, id: (await record(attachment(row))).record });
  void send();
}

function attachment(row: Row): Draft {
  return { kind: 'attachment', fields: { about: row.about, sha256: row.sha256, size: row.size, type: row.type } };
}

/** Begin to send, now and whenever there is nothing else to say. */
export async function startSending(): Promise<void> {
  await read();
  for (const topic of ['queue', 'link', 'session'] as const) listen(topic, () => void send());
  setInterval(() => void send(), EVERY_MS);
  void send();
}

async function send(): Promise<void> {
  if (running || state.queue.size || state.link !== 'ok' || !state.enrolment) return;
  running = true;
  try {
    for (const row of rows.filter((one) => one.refused === null)) if (!(await sendOne(row))) return;
  } catch {
    // The database or the network failed: what is here stays, and is tried again.
  } finally {
    running = false;
  }
}

/** True when the next one may go. */
async function sendOne(row: Row): Promise<boolean> {
  if (row.id === null) {
    // The browser went before its record was saved: somebody who has unlocked says it now.
    if (session()) await put({ ...row, id: (await record(attachment(row))).record });
    return false;
  }
  const content = await show<string>(row.sha256, row.hidden);
  if (content === null) return true;
  const answer = await call('PUT', `letters/${row.id}`, { type: row.type, content }, state.enrolment!.token, PATIENCE_MS);
  if (answer?.status === 200) {
    await strictly(['meta'], async (tx) => tx.objectStore('meta').delete(PREFIX + row.sha256));
    await read();
    return state.queue.size === 0;
  }
  if (answer && FINAL.has(String(answer.body['code']))) await put({ ...row, refused: String(answer.body['detail'] ?? '') });
  return false;
}

/** What would be refused again however often it is sent. */
const FINAL = new Set(['letter_type', 'letter_differs', 'too_large', 'bad_request', 'unreadable']);

async function put(row: Row): Promise<void> {
  await strictly(['meta'], async (tx) => tx.objectStore('meta').put(row, PREFIX + row.sha256));
  await read();
}

async function read(): Promise<void> {
  const range = IDBKeyRange.bound(PREFIX, `${PREFIX}~`);
  rows = ((await reading((db) => db.getAll('meta', range))) as Row[]).sort((a, b) => a.at - b.at);
  tell('looks');
}
