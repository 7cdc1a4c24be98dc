// What is on the screen: the database's contents, held in memory and indexed so that one tap costs the same whatever
// is queued. Components subscribe to a topic and are drawn again when it is told.

import { meta, NEW_STANDING, reading, strictly } from './db';
import { keptNames } from './names';
import { openLooks, openQueue, openRecords, openSent } from './rows';
import type { CallNumber, Change, Enrolment, Entry, Look, Sent, StaffName, Standing, TabletName } from './types';
import { isOpen, turn } from './vault';

/** How the last conversation with the server went, in the words that screens choose by. */
export type Link = 'unknown' | 'ok' | 'unreachable' | 'busy' | 'revoked' | 'unknown_device' | 'update' | 'server_old';

export const state = {
  enrolment: null as Enrolment | null,
  staff: [] as StaffName[],
  units: [] as string[],
  tablets: [] as TabletName[],
  call: [] as CallNumber[],
  standing: { ...NEW_STANDING } as Standing,
  link: 'unknown' as Link,
  sending: false,
  /** While a queue drains: how many of how many the server has answered for. */
  progress: null as { done: number; total: number } | null,
  /** Somebody asked to wait with sending; recording and receiving go on. */
  paused: false,
  /** The server no longer reads our grant: a PIN is needed to receive, never to send. */
  locked_out: false,
  records: new Map<string, Change>(),
  /** Photos of residents that lie here (kinds/portraits.ts), by digest, as a picture's address. */
  faces: new Map<string, string>(),
  queue: new Map<string, Entry>(),
  looks: new Map<string, Look>(),
  /** Own submissions that the server's record does not show yet, by record, in the order they were made. */
  overlay: new Map<string, (Entry | Sent)[]>(),
  /** Record ids by kind, and of what happens to a person by that person and kind. */
  byKind: new Map<string, Set<string>>(),
  byResident: new Map<string, Map<string, Set<string>>>(),
};

type Topic = 'queue' | 'link' | 'records' | 'looks' | 'device' | 'session' | 'saves' | `resident:${string}`;
const listeners = new Map<string, Set<() => void>>();

export function listen(topic: Topic, listener: () => void): () => void {
  const set = listeners.get(topic) ?? new Set();
  listeners.set(topic, set.add(listener));
  return () => set.delete(listener);
}

export function tell(...topics: Topic[]): void {
  for (const topic of new Set(topics)) for (const listener of [...(listeners.get(topic) ?? [])]) listener();
}

let generation = 0;

/** Memory was changed in step with the database: a load under way would overwrite it with what it read before. */
export function moved(): void {
  generation += 1;
}

/**
 * Everything from the database: at start, at the first unlock, and when another tab or the worker has changed it. While
 * the vault is closed what waits is counted and nothing is read. Resolves with whether every record could be read.
 */
export async function load(): Promise<boolean> {
  const started = generation;
  const [enrolment, names, standing, rows] = await Promise.all([
    meta('enrolment'),
    keptNames(),
    meta('standing'),
    reading(async (db) => ({
      queue: await db.getAll('queue'),
      looks: await db.getAll('looks'),
      sent: isOpen() ? await db.getAllFromIndex('sent', 'unseen') : [],
      records: isOpen() ? await db.getAll('records') : [],
    })),
  ]);
  turn();
  const [queue, looks, sent, records] = await Promise.all([openQueue(rows.queue), openLooks(rows.looks), openSent(rows.sent), openRecords(rows.records)]);
  if (started !== generation) return load();
  state.enrolment = enrolment ? { ...enrolment, name: names.tablet, home: { ...enrolment.home, name: names.home } } : null;
  state.staff = names.staff;
  state.units = names.units;
  state.tablets = names.tablets ?? [];
  state.call = names.call ?? [];
  state.standing = { ...NEW_STANDING, ...standing };
  state.queue = new Map(queue.all.map((entry) => [entry.id, entry]));
  state.looks = new Map(looks.map((look) => [look.id, look]));
  state.overlay = new Map();
  state.records = new Map();
  state.byKind = new Map();
  state.byResident = new Map();
  for (const change of records) if (change) putRecord(change);
  const unseen = [...sent, ...(isOpen() ? queue.read : [])].sort((a, b) => a.number - b.number);
  for (const entry of unseen) putEntry(entry);
  tell('queue', 'link', 'records', 'looks', 'device', ...residentTopics(state.byResident.keys()));
  return !records.includes(null);
}

/** Somebody opened this tablet whom nobody had handed its keys: what was pulled is pulled again, under theirs. */
export async function pullAnew(): Promise<void> {
  await strictly(['meta', 'records'], async (tx) => {
    const metas = tx.objectStore('meta');
    const standing = (await metas.get('standing')) as Standing | undefined;
    void metas.put({ ...NEW_STANDING, ...standing, cursor: null, head: null, seen: null }, 'standing');
    void tx.objectStore('records').clear();
  });
}

export function residentTopics(ids: Iterable<string>): Topic[] {
  return [...ids].map((id) => `resident:${id}` as const);
}

/** Take a server's record in. Returns the person it is about, if any. */
export function putRecord(change: Change): string | null {
  state.records.set(change.record, change);
  index(change.kind, change.record, change.fields['resident']);
  return text(change.fields['resident']);
}

/** Lay one of our own submissions over its record, once: in the place that it has there. */
export function putEntry(entry: Entry | Sent): void {
  const list = state.overlay.get(entry.record) ?? [];
  const at = list.findIndex((one) => one.id === entry.id);
  list[at < 0 ? list.length : at] = entry;
  state.overlay.set(entry.record, list);
  index(entry.kind, entry.record, entry.resident);
}

/** Our submission shows in the server's record now, or was set aside. */
export function dropEntry(entry: Entry): void {
  const rest = (state.overlay.get(entry.record) ?? []).filter((one) => one.id !== entry.id);
  if (rest.length) state.overlay.set(entry.record, rest);
  else state.overlay.delete(entry.record);
}

export function dropRecord(id: string): void {
  const known = state.records.get(id);
  if (!known) return;
  state.records.delete(id);
  if (state.overlay.has(id)) return;
  state.byKind.get(known.kind)?.delete(id);
  const resident = text(known.fields['resident']);
  if (resident) state.byResident.get(resident)?.get(known.kind)?.delete(id);
}

function index(kind: string, record: string, resident: unknown): void {
  const put = (kinds: Map<string, Set<string>>) => kinds.set(kind, (kinds.get(kind) ?? new Set()).add(record));
  put(state.byKind);
  const id = text(resident);
  if (id) state.byResident.set(id, put(state.byResident.get(id) ?? new Map()));
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
