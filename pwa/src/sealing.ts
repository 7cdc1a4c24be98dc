// Sealing to the home: each unlock makes a session key, sealed to the home's public key and forgotten at lock. It can
// encrypt and not decrypt, so a tablet can send what it has sealed and never read it back.

import { strictly } from './db';
import { random, seal, wrap } from './jwe';
import type { Submission } from './types';

let current: { staff: string; kid: string; key: CryptoKey } | null = null;

/** A new session key for this person; its row is durable before this resolves, so before any entry needs it. */
export async function startSealing(staff: string, home_key: unknown): Promise<void> {
  if (!isKey(home_key)) return;
  const bytes = random(32);
  const kid = crypto.randomUUID();
  const jwe = await wrap(home_key, bytes);
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt']);
  bytes.fill(0);
  await strictly(['keys'], async (tx) => tx.objectStore('keys').put({ kid, jwe, at: Date.now() }));
  current = { staff, kid, key };
}

export function stopSealing(): void {
  current = null;
}

export function sealsFor(staff: string | null): boolean {
  return current !== null && current.staff === staff;
}

/** The sealed form, or null where this server has named no key to seal to. */
export async function sealed(submission: Submission, device: string): Promise<{ kid: string; sealed: string } | null> {
  if (!current) return null;
  const { kid, key } = current;
  const { id, number } = submission;
  return { kid, sealed: await seal(key, new TextEncoder().encode(JSON.stringify(submission)), { kid, id, number, device }) };
}

function isKey(it: unknown): it is JsonWebKey {
  return typeof it === 'object' && it !== null && (it as JsonWebKey).kty === 'EC' && typeof (it as JsonWebKey).x === 'string';
}
