// The only file that opens IndexedDB.
//
// Every write that somebody is told of goes through `strictly`: the promise it returns settles on the transaction's
// own `complete` event with strict durability, so "saved" is never said of something that a power cut can take.

import { deleteDB, openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import { PRACTICE } from './practice';
import type {
  Counters, EarlierWay, Enrolment, Hidden, KeptGrant, PinTries, PlainKept, SealedKey, StaffName, Standing, StoredChange, StoredEntry, StoredLook, StoredSent,
} from './types';

export interface Meta {
  enrolment: Enrolment;
  counters: Counters;
  standing: Standing;
  /** Until when the server has asked this tablet to stay away, and for how long, by its own clock. */
  quiet: { until: number; wait_ms: number };
  /** Numbers that are sent before all others: says nothing of whom they are about, and so lies in clear. */
  first: number[];
  /** Names for the first screen, under the device's own key, which script can use and not read. */
  names: Hidden;
  device_key: CryptoKey;
  /** As the version before kept them. */
  staff: StaffName[];
  units: string[];
  /** The home's public key, to seal to when nobody is signed in. */
  home_key: unknown;
  /** Ways in that are good no longer and hold the only copy of a data key (earlier.ts). */
  earlier: EarlierWay[];
  /** Who sits where, by room, under the device's own key (kinds/round.ts). */
  seats: Hidden;
  /** When each person last unlocked this tablet, by staff id. */
  visits: Record<string, number>;
  /** The language that a person chose on this tablet, by staff id. */
  languages: Record<string, 'en-GB' | 'ro'>;
}

interface Tables extends DBSchema {
  meta: { key: string; value: unknown };
  queue: { key: number; value: StoredEntry };
  sent: { key: string; value: StoredSent; indexes: { number: number; record: string; unseen: number } };
  looks: { key: string; value: StoredLook };
  records: { key: string; value: StoredChange };
  keys: { key: string; value: SealedKey };
  grants: { key: string; value: KeptGrant | PlainKept };
  tries: { key: string; value: PinTries };
  drafts: { key: string; value: Hidden | string };
  receipts: { key: number; value: { message: string; event: 'shown' | 'opened'; at: string } };
}

export type Table = StoreNames<Tables>;
export type Writing = IDBPTransaction<Tables, Table[], 'readwrite'>;

/** Practice keeps what it records apart, so that it can neither be sent nor be mistaken for care. */
const NAME = PRACTICE ? 'tidemark-practice' : 'tidemark';

/** Practice begins with nothing each time; what is not practice is never deleted. */
export async function beginPractice(): Promise<void> {
  if (PRACTICE) await deleteDB('tidemark-practice');
}

let opening: Promise<IDBPDatabase<Tables>> | null = null;

/** The database, opened once and opened again whenever the browser has closed it under us (iOS does). */
export function database(): Promise<IDBPDatabase<Tables>> {
  opening ??= openDB<Tables>(NAME, 2, {
    async upgrade(db, from, _to, tx) {
      if (from < 1) {
        db.createObjectStore('meta');
        db.createObjectStore('queue', { keyPath: 'number' });
        db.createObjectStore('sent', { keyPath: 'id' }).createIndex('number', 'number');
        db.createObjectStore('looks', { keyPath: 'id' });
        db.createObjectStore('records', { keyPath: 'record' });
        db.createObjectStore('grants', { keyPath: 'staff' });
        db.createObjectStore('tries');
        db.createObjectStore('drafts');
        db.createObjectStore('receipts', { autoIncrement: true });
      }
      // Rows stay as they are: plain ones are valid, and are hidden at the first unlock (keyring.ts).
      db.createObjectStore('keys', { keyPath: 'kid' });
      const sent = tx.objectStore('sent');
      sent.createIndex('record', 'record');
      sent.createIndex('unseen', 'unseen');
      for (let cursor = await sent.openCursor(); cursor; cursor = await cursor.continue()) {
        if (!cursor.value.echoed) void cursor.update({ ...cursor.value, unseen: 1 });
      }
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

/** Run `work` in one strict transaction; resolves with its result after the commit. Tried once more on a database opened anew. */
export async function strictly<T>(tables: Table[], work: (tx: Writing) => Promise<T>): Promise<T> {
  return onceMore(() => attempt(tables, work));
}

/** Read something; tried once more on a database opened anew. */
export async function reading<T>(work: (db: IDBPDatabase<Tables>) => Promise<T>): Promise<T> {
  return onceMore(async () => work(await database()));
}

async function onceMore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DOMException) || FINAL.has(error.name)) throw error;
    // Whatever the browser calls it (iOS has several names for it), a connection that failed is not used again.
    const old = opening;
    opening = null;
    void old?.then((db) => db.close()).catch(() => undefined);
    return work();
  }
}

/** A full disk stays full, and a row that is there stays there: asking again changes neither. */
const FINAL = new Set(['QuotaExceededError', 'ConstraintError', 'DataError', 'DataCloneError']);

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

export async function meta<K extends keyof Meta>(key: K): Promise<Meta[K] | undefined> {
  return (await reading((db) => db.get('meta', key))) as Meta[K] | undefined;
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
  arrived: null,
  all_arrived: false,
};
