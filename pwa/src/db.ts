// The only file that opens IndexedDB.
//
// Every write that somebody is told of goes through `strictly`: the promise it returns settles on the transaction's
// own `complete` event with strict durability, so "saved" is never said of something that a power cut can take.

import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import type { Change, Counters, Enrolment, Entry, KeptGrant, Look, PinTries, Sent, StaffName, Standing, TabletName } from './types';

export interface Meta {
  enrolment: Enrolment;
  staff: StaffName[];
  counters: Counters;
  standing: Standing;
  units: string[];
  tablets: TabletName[];
  /** When each person last unlocked this tablet, by staff id. */
  visits: Record<string, number>;
}

interface Tables extends DBSchema {
  meta: { key: string; value: unknown };
  queue: { key: number; value: Entry };
  sent: { key: string; value: Sent; indexes: { number: number } };
  looks: { key: string; value: Look };
  records: { key: string; value: Change };
  grants: { key: string; value: KeptGrant };
  tries: { key: string; value: PinTries };
  drafts: { key: string; value: string };
  receipts: { key: number; value: { message: string; event: 'shown' | 'opened'; at: string } };
}

export type Table = StoreNames<Tables>;
export type Writing = IDBPTransaction<Tables, Table[], 'readwrite'>;

let opening: Promise<IDBPDatabase<Tables>> | null = null;

/** The database, opened once and opened again whenever the browser has closed it under us (iOS does). */
export function database(): Promise<IDBPDatabase<Tables>> {
  opening ??= openDB<Tables>('tidemark', 1, {
    upgrade(db) {
      db.createObjectStore('meta');
      db.createObjectStore('queue', { keyPath: 'number' });
      db.createObjectStore('sent', { keyPath: 'id' }).createIndex('number', 'number');
      db.createObjectStore('looks', { keyPath: 'id' });
      db.createObjectStore('records', { keyPath: 'record' });
      db.createObjectStore('grants', { keyPath: 'staff' });
      db.createObjectStore('tries');
      db.createObjectStore('drafts');
      db.createObjectStore('receipts', { autoIncrement: true });
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      opening = null;
    },
    terminated() {
      opening = null;
    },
  }).catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

/** Run `work` in one strict transaction; resolves with its result after the commit. Repeated once on a lost connection. */
export async function strictly<T>(tables: Table[], work: (tx: Writing) => Promise<T>): Promise<T> {
  try {
    return await attempt(tables, work);
  } catch (error) {
    if (!lostConnection(error)) throw error;
    opening = null;
    return attempt(tables, work);
  }
}

async function attempt<T>(tables: Table[], work: (tx: Writing) => Promise<T>): Promise<T> {
  const db = await database();
  const tx = db.transaction(tables, 'readwrite', { durability: 'strict' });
  const committed = tx.done;
  committed.catch(() => undefined); // told below; never a stray rejection
  try {
    const result = await work(tx);
    await committed;
    return result;
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // it had ended by itself
    }
    throw error;
  }
}

function lostConnection(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'InvalidStateError' || error.name === 'UnknownError');
}

export async function meta<K extends keyof Meta>(key: K): Promise<Meta[K] | undefined> {
  return (await (await database()).get('meta', key)) as Meta[K] | undefined;
}

export async function setMeta<K extends keyof Meta>(key: K, value: Meta[K]): Promise<void> {
  await strictly(['meta'], async (tx) => {
    await tx.objectStore('meta').put(value, key);
  });
}

export const NEW_COUNTERS: Counters = { number: 0, clock_ms: 0, clock_n: 0 };
export const NEW_STANDING: Standing = {
  cursor: null,
  head: null,
  safe: null,
  seen: null,
  offset_ms: null,
  last_contact: null,
  last_sent: null,
  all_arrived: false,
};
