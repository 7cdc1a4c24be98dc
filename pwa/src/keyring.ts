// Who may open this tablet without a connection: each has an unlock key, whose private half only the PIN opens, and the
// tablet's data keys and a grant wrapped to its public half. Wrapping needs no PIN, so those who unlocked anywhere in the
// home are let in here as well.

import { reading, strictly } from './db';
import { base64url, fromBase64url, privateKey, random, unwrap, wrap } from './jwe';
import type { KeptGrant, PlainKept, UnlockKey } from './types';
import { held, raw } from './vault';
import { correctedNow } from './view';

const ROUNDS = 500_000;
/** One online unlock lets a person unlock offline for this long (protocol.md, Access). */
export const OFFLINE_MS = 14 * 24 * 3_600_000;
const utf8 = new TextEncoder();

export interface Grant {
  grant: string;
  expires_at: string;
  home_key: unknown;
  unlock_key?: UnlockKey;
}

export type Opened =
  | { is: 'right'; grant: Grant; keys: [string, Uint8Array<ArrayBuffer>][]; key: UnlockKey | null }
  | { is: 'wrong' | 'first_time' | 'too_long' };

/** Try the PIN on what this tablet keeps of the person. */
export async function openKept(staff: string, pin: string): Promise<Opened> {
  const kept = await reading((db) => db.get('grants', staff));
  if (!kept) return { is: 'first_time' };
  if (kept.online_at < correctedNow() - OFFLINE_MS) return { is: 'too_long' };
  if (!('public' in kept)) return openPlain(kept, pin);
  const mine = await openBox(kept, pin);
  if (!mine) return { is: 'wrong' };
  const grant = JSON.parse(new TextDecoder().decode(await unwrap(kept.grant, mine))) as Grant;
  const keys = await Promise.all(
    Object.entries(kept.data).map(async ([name, jwe]) => [name, await unwrap(jwe, mine)] as [string, Uint8Array<ArrayBuffer>]),
  );
  const { salt, rounds, public: open, box } = kept;
  return { is: 'right', grant, keys, key: { salt, rounds, public: open, box } };
}

export async function openBox(kept: UnlockKey, pin: string): Promise<CryptoKey | null> {
  const under = await pinKey(pin, fromBase64url(kept.salt), kept.rounds);
  const box = fromBase64url(kept.box);
  try {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: box.subarray(0, 12) }, under, box.subarray(12));
    return await privateKey(JSON.parse(new TextDecoder().decode(plain)) as JsonWebKey);
  } catch {
    return null;
  }
}

async function openPlain(kept: PlainKept, pin: string): Promise<Opened> {
  try {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv }, await pinKey(pin, kept.salt, ROUNDS), kept.box);
    return { is: 'right', grant: JSON.parse(new TextDecoder().decode(plain)) as Grant, keys: [], key: null };
  } catch {
    return { is: 'wrong' };
  }
}

async function pinKey(pin: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', utf8.encode(pin), 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** An unlock key of this tablet alone, for a server that keeps none: the same shape, and nobody else's tablet has it. */
async function madeHere(pin: string): Promise<UnlockKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  const [open, secret] = await Promise.all([pair.publicKey, pair.privateKey].map((key) => crypto.subtle.exportKey('jwk', key)));
  const salt = random(16);
  const iv = random(12);
  const text = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await pinKey(pin, salt, ROUNDS), utf8.encode(JSON.stringify(secret)));
  return { salt: base64url(salt), rounds: ROUNDS, public: open!, box: base64url(new Uint8Array([...iv, ...new Uint8Array(text)])) };
}

/** Keep a person's way in, with every data key held now. `known` is the unlock key that the PIN has just opened. */
export async function keep(staff: string, pin: string, grant: Grant, known: UnlockKey | null, online_at: number): Promise<void> {
  const key = grant.unlock_key ?? known ?? (await madeHere(pin));
  const plain = JSON.stringify({ grant: grant.grant, expires_at: grant.expires_at, home_key: grant.home_key });
  const kept = await row(staff, key, await wrap(key.public, utf8.encode(plain)), online_at);
  await strictly(['grants'], async (tx) => tx.objectStore('grants').put(kept));
}

/** A person's way in: what they had, and every data key held now. */
export async function row(staff: string, key: UnlockKey, grant: string, online_at: number, data: Record<string, string> = {}): Promise<KeptGrant> {
  const wraps = { ...data };
  for (const name of held()) wraps[name] ??= await wrap(key.public, await raw(name));
  const { salt, rounds, public: open, box } = key;
  return { staff, salt, rounds, public: open, box, online_at, data: wraps, grant };
}

/** Hand every data key held now to everybody kept here. */
export async function shareKeys(): Promise<void> {
  for (const kept of await reading((db) => db.getAll('grants'))) {
    if (!('public' in kept) || held().every((name) => name in kept.data)) continue;
    const fuller = await row(kept.staff, kept, kept.grant, kept.online_at, kept.data);
    await strictly(['grants'], async (tx) => {
      const now = await tx.objectStore('grants').get(kept.staff);
      if (now && 'public' in now && now.box === kept.box) void tx.objectStore('grants').put({ ...fuller, grant: now.grant, online_at: now.online_at });
    });
  }
}
