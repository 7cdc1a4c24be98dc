// Rows as they lie on disk, and back: what a stranger may see in clear (ids, numbers, digests, times of writing), the
// sealed form for the server, and the readable form under the data key. Rows of the version before are plain and stay valid.

import { iso } from './clock';
import { digest } from './digest';
import { madeMs } from './ids';
import { sealed, type SessionKey } from './sealing';
import type { Change, Entry, HiddenRecord, Look, SealedRow, Sent, StoredChange, StoredEntry, StoredLook, StoredSent } from './types';
import { hide, hideHere, isOpen, show, showHere } from './vault';

export function isSealed(row: StoredEntry): row is SealedRow {
  return 'sealed' in row;
}

/** What is written of an entry: sealed and hidden, or plain where this server has no key to seal to. */
export async function rowOf(entry: Entry, device: string, key: SessionKey | null): Promise<StoredEntry> {
  if (!key) return entry;
  const { number, id, record } = entry;
  // At once, since a person waits. While the vault is closed nothing here may be read again, its own entry neither: the
  // server's form is enough to send.
  const [form, own, hidden] = await Promise.all([
    sealed(entry.submission, device, key), digest(entry.submission), isOpen() ? hide(id, readable(entry)) : undefined,
  ]);
  return { number, id, record, digest: own, ...form, ...(hidden ? { hidden } : {}) };
}

/** As it travels. */
export function travelling(row: StoredEntry): unknown {
  if (!isSealed(row)) return row.submission;
  const { id, number, digest: own, kid, sealed: text } = row;
  return { id, number, digest: own, kid, sealed: text };
}

export async function digestOf(row: StoredEntry): Promise<string | null> {
  return isSealed(row) ? row.digest : digest(row.submission).catch(() => null);
}

type Readable = Pick<Entry, 'record' | 'kind' | 'resident' | 'submission'>;
function readable({ record, kind, resident, submission }: Entry): Readable {
  return { record, kind, resident, submission };
}

async function entryOf(row: StoredEntry): Promise<Entry | null> {
  if (!isSealed(row)) return row;
  const { number, id, hidden } = row;
  const shown = hidden && (await show<Readable>(id, hidden));
  return shown ? { number, id, ...shown } : null;
}

/** An entry that nobody can read yet, so that it still counts, and how long it has waited: its id says when it was saved. */
function closed(row: StoredEntry): Entry {
  const { number, id, record } = row;
  return { number, id, record, kind: '', resident: null, submission: { ...NOTHING, id, record, number, recorded_at: iso(madeMs(id)) } };
}
const NOTHING = {
  kind: '', schema: 1, parents: [], author: null, grant: null, occurred_at: '', recorded_at: '', offset_ms: null,
  seen: null, clock: '', nonce: '', fields: {},
};

/** What waits, and those of it that can be read now. */
export async function openQueue(rows: StoredEntry[]): Promise<{ all: Entry[]; read: Entry[] }> {
  const opened = await Promise.all(rows.map(entryOf));
  return { all: rows.map((row, at) => opened[at] ?? closed(row)), read: opened.filter((one) => one !== null) };
}

export async function openSent(rows: StoredSent[]): Promise<Sent[]> {
  const opened = await Promise.all(
    rows.map(async (row) => {
      const entry = await entryOf(row);
      return entry && { ...entry, seq: row.seq, at: row.at, echoed: row.echoed };
    }),
  );
  return opened.filter((one) => one !== null);
}

export async function openLooks(rows: StoredLook[]): Promise<Look[]> {
  return Promise.all(
    rows.map(async (row) => ({
      ...((await entryOf(row)) ?? closed(row)),
      errors: row.errors ?? (row.said ? await showHere<Look['errors']>(row.id, row.said) : {}),
      at: row.at,
    })),
  );
}

/** The server's sentences about one entry. The sender may be cold, so they lie under the device's own key. */
export async function lookOf(row: StoredEntry, errors: Look['errors'], at: number): Promise<StoredLook> {
  return { ...row, said: await hideHere(row.id, errors), at };
}

export async function recordOf(change: Change): Promise<HiddenRecord> {
  return { record: change.record, seq: change.seq, hidden: await hide(change.record, change) };
}

/** The records that can be read now; null among them for each that cannot. */
export function openRecords(rows: StoredChange[]): Promise<(Change | null)[]> {
  return Promise.all(rows.map((row) => ('hidden' in row ? show<Change>(row.record, row.hidden) : row)));
}
