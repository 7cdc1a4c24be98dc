// Sealing to the home: each unlock makes a session key, sealed to the home's public key and forgotten at lock. It can
// encrypt and not decrypt, so a tablet can send what it has sealed and never read it back.

import { strictly } from './db';
import { random, seal, wrap } from './jwe';
import type { SealedKey, Submission } from './types';

export interface SessionKey {
  staff: string;
  key: CryptoKey;
  /** As it lies on disk, to be written with each entry that needs it. */
  row: SealedKey;
}

let current: SessionKey | null = null;

/** A new session key for this person; its row is durable before this resolves, so before any entry needs it. */
export async function startSealing(staff: string, home_key: unknown): Promise<void> {
  if (!isKey(home_key)) return;
  const bytes = random(32);
  const kid = crypto.randomUUID();
  const jwe = await wrap(home_key, bytes);
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt']);
  bytes.fill(0);
  const row = { kid, jwe, at: Date.now() };
  await strictly(['keys'], async (tx) => tx.objectStore('keys').put(row));
  current = { staff, key, row };
}

export function stopSealing(): void {
  current = null;
}

export function sealsFor(staff: string | null): boolean {
  return current !== null && current.staff === staff;
}

/** The key to seal with from now on; null where this server has named none to seal to. Taken at the tap: a lock forgets it. */
export function sessionKey(): SessionKey | null {
  return current;
}

export async function sealed(submission: Submission, device: string, { key, row: { kid } }: SessionKey): Promise<{ kid: string; sealed: string }> {
  const { id, number } = submission;
  return { kid, sealed: await seal(key, new TextEncoder().encode(JSON.stringify(submission)), { kid, id, number, device }) };
}

function isKey(it: unknown): it is JsonWebKey {
  return typeof it === 'object' && it !== null && (it as JsonWebKey).kty === 'EC' && typeof (it as JsonWebKey).x === 'string';
}
