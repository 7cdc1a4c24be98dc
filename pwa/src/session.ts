// Who is using this tablet. A PIN unlocks online through the server, and offline by opening that person's grant, which
// is kept encrypted under a key made from the PIN. Locking hides the screen; it never discards anything.

import { database, strictly } from './db';
import { moved, state, tell } from './state';
import { call } from './sync';
import type { KeptGrant, PinTries, StaffName } from './types';

const ROUNDS = 500_000;
const MOST_WRONG = 5;
const WAIT_MS = 5 * 60_000;
/** One online unlock lets a person unlock offline for this long (protocol.md, Access). */
const OFFLINE_MS = 14 * 24 * 3_600_000;
export const LOCK_AFTER_MS = 5 * 60_000;
/** How long an unreachable server may hold up a person whose PIN this tablet cannot check by itself. */
const PATIENCE_MS = 8_000;

interface Grant {
  grant: string;
  expires_at: string;
  home_key: unknown;
}
export interface Session extends StaffName {
  grant: string;
}
export type Unlocked =
  | { ok: true }
  | { ok: false; why: 'wrong'; tries_left: number }
  | { ok: false; why: 'wait'; until: number }
  | { ok: false; why: 'first_time' | 'not_enrolled' | 'too_long' };

let current: Session | null = null;
let last: Session | null = null;
let touched_at = 0;

export function session(): Session | null {
  return current;
}

/** The grant to receive with: also while the screen is locked, so that its list is fresh when somebody comes back. */
export function grantForSync(): string | null {
  return last?.grant ?? null;
}

export function lock(): void {
  if (!current) return;
  current = null;
  tell('session');
}

/** Somebody touched the screen. */
export function touched(): void {
  touched_at = Date.now();
}

/** Lock when nobody has touched the screen for five minutes, also when the tablet slept through them. */
export function watchIdle(): void {
  for (const event of ['pointerdown', 'keydown'] as const) addEventListener(event, touched, { capture: true, passive: true });
  const look = () => current && Date.now() - touched_at >= LOCK_AFTER_MS && lock();
  setInterval(look, 5_000);
  document.addEventListener('visibilitychange', look);
}

/** Who may unlock this tablet without a connection. */
export async function knownHere(): Promise<Set<string>> {
  const kept = await (await database()).getAll('grants');
  return new Set(kept.filter((one) => one.online_at > Date.now() - OFFLINE_MS).map((one) => one.staff));
}

export async function unlock(person: StaffName, pin: string): Promise<Unlocked> {
  const tries = await (await database()).get('tries', person.id);
  if (tries && tries.wait_until > Date.now()) return { ok: false, why: 'wait', until: tries.wait_until };
  const asked = call('POST', 'unlock', { staff: person.id, pin }, state.enrolment?.token, PATIENCE_MS);
  const here = await openKept(person.id, pin);
  if (here.is === 'right') {
    await begin(person, here.grant);
    void asked.then((answer) => confirm(person, pin, answer));
    return { ok: true };
  }
  const answer = await asked;
  if (answer?.status === 200 && typeof answer.body['grant'] === 'string') {
    await keep(person, pin, answer.body as unknown as Grant);
    await begin(person, answer.body as unknown as Grant);
    return { ok: true };
  }
  if (answer?.status === 403) return { ok: false, why: 'wrong', tries_left: Number(answer.body['tries_left'] ?? 0) };
  if (answer?.status === 429) return { ok: false, why: 'wait', until: Date.now() + (answer.retry_after_ms ?? WAIT_MS) };
  if (answer?.status === 401) return { ok: false, why: 'not_enrolled' };
  if (here.is !== 'wrong') return { ok: false, why: here.is };
  return wrongOffline(person.id, tries);
}

/** The server's word on a PIN that this tablet had already accepted: a fresh grant, or a PIN that is no longer right. */
async function confirm(person: StaffName, pin: string, answer: Awaited<ReturnType<typeof call>>): Promise<void> {
  if (answer?.status === 200 && typeof answer.body['grant'] === 'string') {
    const fresh = answer.body as unknown as Grant;
    await keep(person, pin, fresh);
    if (last?.id === person.id) last.grant = fresh.grant;
    if (current?.id === person.id) current.grant = fresh.grant;
  }
  if (answer?.status === 403) {
    await strictly(['grants'], async (tx) => tx.objectStore('grants').delete(person.id));
    if (current?.id === person.id) lock();
  }
}

async function begin(person: StaffName, grant: Grant): Promise<void> {
  await strictly(['tries'], async (tx) => tx.objectStore('tries').delete(person.id));
  const known = (await (await database()).get('grants', person.id)) ?? person;
  current = last = { id: person.id, name: person.name || known.name, roles: person.roles, grant: grant.grant };
  state.locked_out = false;
  moved();
  touched();
  tell('session', 'link');
}

async function wrongOffline(staff: string, tries: PinTries | undefined): Promise<Unlocked> {
  const wrong = (tries && tries.wait_until === 0 ? tries.wrong : 0) + 1;
  const wait_until = wrong >= MOST_WRONG ? Date.now() + WAIT_MS : 0;
  await strictly(['tries'], async (tx) => tx.objectStore('tries').put({ wrong, wait_until }, staff));
  if (wait_until) return { ok: false, why: 'wait', until: wait_until };
  return { ok: false, why: 'wrong', tries_left: MOST_WRONG - wrong };
}

async function pinKey(pin: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const raw = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, raw, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

async function keep(person: StaffName, pin: string, grant: Grant): Promise<void> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const { expires_at, home_key } = grant;
  const plain = new TextEncoder().encode(JSON.stringify({ grant: grant.grant, expires_at, home_key }));
  const box = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await pinKey(pin, salt), plain);
  const kept: KeptGrant = { staff: person.id, name: person.name, roles: person.roles, salt, iv, box, online_at: Date.now() };
  await strictly(['grants'], async (tx) => tx.objectStore('grants').put(kept));
}

type Opened = { is: 'right'; grant: Grant } | { is: 'wrong' } | { is: 'first_time' } | { is: 'too_long' };

async function openKept(staff: string, pin: string): Promise<Opened> {
  const kept = await (await database()).get('grants', staff);
  if (!kept) return { is: 'first_time' };
  if (kept.online_at < Date.now() - OFFLINE_MS) return { is: 'too_long' };
  try {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv }, await pinKey(pin, kept.salt), kept.box);
    return { is: 'right', grant: JSON.parse(new TextDecoder().decode(plain)) as Grant };
  } catch {
    return { is: 'wrong' };
  }
}
