// Who is using this tablet. A PIN unlocks online through the server, and offline by opening that person's unlock key
// (keyring.ts). Locking hides the screen and forgets the sealing key; it never discards anything.

import { meta, reading, setMeta, strictly } from './db';
import { keep, OFFLINE_MS, openKept, shareKeys, type Grant, type Opened } from './keyring';
import { sealsFor, startSealing, stopSealing } from './sealing';
import { load, moved, pullAnew, state, tell } from './state';
import { call, endedBy } from './sync';
import type { PinTries, StaffName } from './types';
import { held, isOpen, makeKey, take } from './vault';
import { correctedNow } from './view';

const MOST_WRONG = 5;
const WAIT_MS = 5 * 60_000;
export const LOCK_AFTER_MS = 5 * 60_000;
/** How long an unreachable server may hold up a person whose PIN this tablet cannot check by itself. */
const PATIENCE_MS = 8_000;
/** How often to ask who else may unlock this tablet without a connection. */
const KEYS_EVERY_MS = 3 * 3_600_000;

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
let lock_after_ms = LOCK_AFTER_MS;

/** What unlocking does besides, which comes with the screens that are fetched later: main.tsx says from where. */
type Besides = typeof import('./colleagues') & typeof import('./earlier') & typeof import('./plain_rows');
let rest: () => Promise<Pick<Besides, 'fetchKeys' | 'openEarlier' | 'putApart' | 'hidePlain'>>;

export function fetchBesides(from: typeof rest): void {
  rest = from;
}

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
  stopSealing();
  tell('session');
}

/** Somebody practises: no PIN, as nothing of anybody is here. */
export async function practise(as: StaffName): Promise<void> {
  await makeKey();
  current = last = { ...as, grant: '' };
  touched();
  tell('session');
}

/** Somebody touched the screen. */
export function touched(): void {
  touched_at = Date.now();
}

/** A screen that is left untouched for longer by its nature says how long; without a time it is as any other. */
export function lockAfter(ms: number = LOCK_AFTER_MS): void {
  lock_after_ms = ms;
}

/** Lock when nobody has touched the screen for that long, also when the tablet slept through them. */
export function watchIdle(): void {
  for (const event of ['pointerdown', 'keydown'] as const) addEventListener(event, touched, { capture: true, passive: true });
  const look = () => current && Date.now() - touched_at >= lock_after_ms && lock();
  setInterval(look, 5_000);
  setInterval(() => void fetchKeys(current).catch(() => undefined), KEYS_EVERY_MS);
  document.addEventListener('visibilitychange', look);
}

/** Who may unlock this tablet without a connection. */
export async function knownHere(): Promise<Set<string>> {
  const kept = await reading((db) => db.getAll('grants'));
  return new Set(kept.filter((one) => one.online_at > correctedNow() - OFFLINE_MS).map((one) => one.staff));
}

export async function unlock(person: StaffName, pin: string): Promise<Unlocked> {
  const tries = await reading((db) => db.get('tries', person.id));
  if (tries && waits(tries)) return { ok: false, why: 'wait', until: tries.wait_until };
  const asked = call('POST', 'unlock', { staff: person.id, pin }, state.enrolment?.token, PATIENCE_MS);
  const here = await openKept(person.id, pin);
  if (here.is === 'right') {
    await open(here.keys);
    if (!here.key) await keep(person.id, pin, here.grant, null, await onlineAt(person.id));
    await begin(person, here.grant);
    void asked.then((answer) => confirm(person, pin, here, answer)).catch(() => undefined);
    return { ok: true };
  }
  // It may be the PIN of before, which lets nobody in and may open what nobody else can.
  const earlier = rest();
  const before = await earlier.then(({ openEarlier }) => openEarlier(person.id, pin)).catch(() => []);
  if (before.length) await open(before);
  const answer = await asked;
  if (answer?.status === 200 && typeof answer.body['grant'] === 'string') {
    await (await earlier).putApart(person.id);
    await open([]);
    await keep(person.id, pin, answer.body as unknown as Grant, null, correctedNow());
    await begin(person, answer.body as unknown as Grant);
    void fetchKeys(current).catch(() => undefined);
    return { ok: true };
  }
  if (isWrong(answer)) return { ok: false, why: 'wrong', tries_left: Number(answer!.body['tries_left']) };
  if (answer?.status === 429) return { ok: false, why: 'wait', until: Date.now() + (answer.retry_after_ms ?? WAIT_MS) };
  if (endedBy(answer)) return { ok: false, why: 'not_enrolled' };
  if (here.is !== 'wrong') return { ok: false, why: here.is };
  return wrongOffline(person.id, tries);
}

/** The server's word on a PIN that this tablet had already accepted: a fresh grant, or a PIN that is no longer right. */
async function confirm(person: StaffName, pin: string, here: Extract<Opened, { is: 'right' }>, answer: Awaited<ReturnType<typeof call>>): Promise<void> {
  if (answer?.status === 200 && typeof answer.body['grant'] === 'string') {
    const fresh = answer.body as unknown as Grant;
    await keep(person.id, pin, fresh, here.key, correctedNow());
    if (last?.id === person.id) last.grant = fresh.grant;
    if (current?.id === person.id) {
      current.grant = fresh.grant;
      if (fresh.home_key) await setMeta('home_key', fresh.home_key);
      if (!sealsFor(person.id)) await startSealing(person.id, fresh.home_key);
    }
    await fetchKeys(current);
  }
  if (isWrong(answer)) {
    await (await rest()).putApart(person.id);
    if (current?.id === person.id) lock();
  }
}

/** Our server's own word that a PIN is wrong: whatever stands on the way may also say 403. */
function isWrong(answer: Awaited<ReturnType<typeof call>>): boolean {
  return answer?.status === 403 && typeof answer.body['tries_left'] === 'number';
}

/** Whether memory holds all that the keys in memory can open. */
let loaded = false;

/** Ask who else may unlock this tablet; fetched later, as nobody waits for it. */
async function fetchKeys(me: Session | null): Promise<void> {
  await (await rest()).fetchKeys(me);
}

/** Hide what the version before left in clear. Where that part cannot be fetched now, at the next start. */
async function hidePlain(): Promise<void> {
  const part = await rest().catch(() => null);
  await part?.hidePlain();
}

/** Open the vault with what the PIN opened; the first unlock of a tablet makes its key. */
async function open(keys: [string, Uint8Array<ArrayBuffer>][]): Promise<void> {
  if (keys.some(([name]) => !held().includes(name))) loaded = false;
  for (const [name, raw] of keys) await take(name, raw);
  if (!isOpen()) await makeKey();
}

async function begin(person: StaffName, grant: Grant): Promise<void> {
  await strictly(['tries'], async (tx) => tx.objectStore('tries').delete(person.id));
  if (grant.home_key) await setMeta('home_key', grant.home_key);
  await startSealing(person.id, grant.home_key ?? (await meta('home_key')));
  // Once after a restart: memory held only what may be counted, and now holds what may be read.
  if (!loaded) await hidePlain();
  await shareKeys();
  if (!loaded && !(await load())) {
    await pullAnew();
    await load();
  }
  loaded = true;
  current = last = { id: person.id, name: person.name, roles: person.roles, grant: grant.grant };
  state.locked_out = false;
  moved();
  touched();
  tell('session', 'link');
}

/** A clock that was set back since makes no wait longer than it was. */
function waits({ wait_until }: PinTries): boolean {
  return wait_until > Date.now() && wait_until <= Date.now() + WAIT_MS;
}

async function onlineAt(staff: string): Promise<number> {
  return (await reading((db) => db.get('grants', staff)))?.online_at ?? 0;
}

async function wrongOffline(staff: string, tries: PinTries | undefined): Promise<Unlocked> {
  const wrong = (tries && tries.wait_until === 0 ? tries.wrong : 0) + 1;
  const wait_until = wrong >= MOST_WRONG ? Date.now() + WAIT_MS : 0;
  await strictly(['tries'], async (tx) => tx.objectStore('tries').put({ wrong, wait_until }, staff));
  if (wait_until) return { ok: false, why: 'wait', until: wait_until };
  return { ok: false, why: 'wrong', tries_left: MOST_WRONG - wrong };
}
