// What the version before kept in clear is hidden at the first unlock.

import { alone, LEASE_MS } from './alone';
import { reading, strictly } from './db';
import { digestOf, isSealed, lookOf, recordOf, rowOf } from './rows';
import { sessionKey } from './sealing';
import { state } from './state';
import type { StoredEntry } from './types';
import { hide } from './vault';

/**
 * Hide what the version before kept in clear. Entries that still wait are sent as they are; the rest is sealed and hidden.
 * Under the sender's lock: nothing moves between stores meanwhile.
 */
export async function hidePlain(): Promise<void> {
  // Nearly always there is none, and then nobody waits for a round trip under way.
  if (!(await anyPlain())) return;
  const device = state.enrolment!.device;
  await alone('tidemark-sync', LEASE_MS, async () => {
    const { sent, looks, records, drafts } = await reading(async (db) => ({
      sent: await db.getAll('sent'), looks: await db.getAll('looks'), records: await db.getAll('records'),
      drafts: await Promise.all((await db.getAllKeys('drafts')).map(async (name) => [name, await db.get('drafts', name)] as const)),
    }));
    const hiddenSent = await Promise.all(
      sent.filter((one) => !isSealed(one)).map(async (one) => ({
        ...(await hiddenRow(one, device)), seq: one.seq, at: one.at, echoed: one.echoed, ...(one.echoed ? {} : { unseen: 1 as const }),
      })),
    );
    const hiddenLooks = await Promise.all(
      looks.filter((one) => !isSealed(one) || one.errors).map(async (one) => lookOf(isSealed(one) ? stripped(one) : await hiddenRow(one, device), one.errors ?? {}, one.at)),
    );
    const hiddenRecords = await Promise.all(records.flatMap((one) => ('hidden' in one ? [] : [recordOf(one)])));
    const hiddenDrafts = await Promise.all(
      drafts.flatMap(([name, value]) => (typeof value === 'string' ? [hide(name, value).then((hidden) => [name, hidden] as const)] : [])),
    );
    if (!hiddenSent.length && !hiddenLooks.length && !hiddenRecords.length && !hiddenDrafts.length) return;
    await strictly(['sent', 'looks', 'records', 'drafts'], async (tx) => {
      for (const one of hiddenSent) void tx.objectStore('sent').put(one);
      for (const one of hiddenLooks) void tx.objectStore('looks').put(one);
      for (const one of hiddenRecords) void tx.objectStore('records').put(one);
      for (const [name, hidden] of hiddenDrafts) void tx.objectStore('drafts').put(hidden, name);
    });
  });
}

async function anyPlain(): Promise<boolean> {
  return reading(async (db) => {
    const [sent, looks, records, drafts] = await Promise.all([db.getAll('sent'), db.getAll('looks'), db.getAll('records'), db.getAll('drafts')]);
    const plain = (one: StoredEntry) => !isSealed(one);
    return sent.some(plain) || looks.some((one) => plain(one) || one.errors) || records.some((one) => !('hidden' in one)) || drafts.some((one) => typeof one === 'string');
  });
}

async function hiddenRow(one: StoredEntry, device: string): Promise<StoredEntry> {
  if (isSealed(one)) return one;
  const { number, id, record, kind, resident, submission } = one;
  const entry = { number, id, record, kind, resident, submission };
  // What has no canonical form cannot be sealed, nor could it be sent again to any purpose: it stays as it is.
  return (await digestOf(one)) === null ? entry : rowOf(entry, device, sessionKey());
}

function stripped<T extends { errors?: unknown }>(one: T): T {
  const { errors: _shown, ...rest } = one;
  return rest as T;
}
