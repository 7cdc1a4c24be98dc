// What is readable on this tablet is kept under its data key. The key is in memory from the first unlock until the
// browser ends, and on disk only wrapped to the people who may enter (keyring.ts): after a restart this vault is closed.
//
// Nearly always there is one key. A second one is made when somebody whom this tablet does not know unlocks it after a
// restart: it cannot open what is there, and must not be kept from working. Whoever holds both then hands both on.

import { meta, strictly } from './db';
import { random, base64url } from './jwe';
import { uuid7 } from './ids';
import type { Hidden } from './types';

const utf8 = new TextEncoder();
const AES = { name: 'AES-GCM', length: 256 };
const ring = new Map<string, CryptoKey>();
/** What was opened before, by its iv: rows never change under one, and a reload of 5,000 need not decrypt again. */
let opened = new Map<string, unknown>();
let before = new Map<string, unknown>();

export function isOpen(): boolean {
  return ring.size > 0;
}

/** Names of the data keys held, newest last. */
export function held(): string[] {
  return [...ring.keys()].sort();
}

export async function take(name: string, raw: Uint8Array<ArrayBuffer>): Promise<void> {
  if (!ring.has(name)) ring.set(name, await crypto.subtle.importKey('raw', raw, 'AES-GCM', true, ['encrypt', 'decrypt']));
}

export async function makeKey(): Promise<void> {
  ring.set(uuid7(), await crypto.subtle.generateKey(AES, true, ['encrypt', 'decrypt']));
}

export async function raw(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.exportKey('raw', ring.get(name)!));
}

/** Encrypt under the newest data key, bound to the name of what it is. Throws while the vault is closed. */
export async function hide(id: string, value: unknown): Promise<Hidden> {
  const under = held().at(-1);
  if (!under) throw new Error('closed');
  const hidden = await encrypt(ring.get(under)!, under, id, value);
  opened.set(base64url(hidden.iv), value);
  return hidden;
}

/** What `hide` was given; null while no key for it is in memory, or when the row is damaged. */
export async function show<T>(id: string, hidden: Hidden): Promise<T | null> {
  const key = ring.get(hidden.under);
  if (!key) return null;
  const name = base64url(hidden.iv);
  const known = opened.get(name) ?? before.get(name);
  // One damaged row must not keep the rest from being read.
  const value = known ?? (await decrypt(key, id, hidden).catch(() => null));
  if (value === null) return null;
  opened.set(name, value);
  return value as T;
}

/** Forget what the next reading of everything does not ask for again. */
export function turn(): void {
  before = opened;
  opened = new Map();
}

// The first screen shows names before anybody has entered a PIN, so they lie under a key that this browser holds and
// gives to nobody: script can use it and cannot read it out. It keeps names out of a search through the files of a lost
// tablet. It does not stop somebody who can run this browser's profile, and is not meant to: they see screen 1 anyway.

async function deviceKey(): Promise<CryptoKey> {
  const kept = await meta('device_key');
  if (kept) return kept;
  const made = await crypto.subtle.generateKey(AES, false, ['encrypt', 'decrypt']);
  return strictly(['meta'], async (tx) => {
    const store = tx.objectStore('meta');
    const other = (await store.get('device_key')) as CryptoKey | undefined; // another tab was first
    if (!other) void store.put(made, 'device_key');
    return other ?? made;
  });
}

export async function hideHere(id: string, value: unknown): Promise<Hidden> {
  return encrypt(await deviceKey(), 'device', id, value);
}

export async function showHere<T>(id: string, hidden: Hidden): Promise<T> {
  return (await decrypt(await deviceKey(), id, hidden)) as T;
}

async function encrypt(key: CryptoKey, under: string, id: string, value: unknown): Promise<Hidden> {
  const iv = random(12);
  const how = { name: 'AES-GCM', iv, additionalData: utf8.encode(id) };
  return { under, iv, ct: await crypto.subtle.encrypt(how, key, utf8.encode(JSON.stringify(value))) };
}

async function decrypt(key: CryptoKey, id: string, hidden: Hidden): Promise<unknown> {
  const how = { name: 'AES-GCM', iv: hidden.iv, additionalData: utf8.encode(id) };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, hidden.ct)));
}
