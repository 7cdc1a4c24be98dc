/// <reference lib="webworker" />
// Our own service worker: the app's files for an offline start, notifications, and sending while no page is open.
// Nothing of anybody is kept here: caches hold the build's own files and notifications carry no personal text.

import { push } from '../../../sync/messages.json';
import { database, meta } from '../db';
import { MOST_HALVINGS } from '../pace';
import { call, exchange } from '../sync';
import { ANSWERED, post } from '../wire';
import { receive, type Shown } from './notice';

declare const self: ServiceWorkerGlobalScope;
// Filled in when all is built (scripts/worker_keeps.ts), each where it stands.
declare const __SHELL__: string[];
declare const __LANGUAGES__: string[];
declare const __VERSION__: string;
const SHELL = __SHELL__;
const LANGUAGES = __LANGUAGES__;

const BASE = '/app/';
const CACHE = `tidemark-${__VERSION__}`;
/** Another language is kept once somebody has chosen it, and from then on in every version. */
const SPOKEN = 'languages';
const PATIENCE_MS = 3_000;

/** Chromium's, from version 123 on; not yet in TypeScript's library. */
interface Routed extends ExtendableEvent {
  addRoutes?(rule: { condition: { urlPattern: string }; source: 'network' }): Promise<void>;
}

self.addEventListener('install', (event) => {
  // What the page says to the server needs no worker. Were it to start one for it, a worker that is to give way to a newer
  // version would be started anew by whatever a tablet sends every few seconds, and the newer one would wait for minutes.
  void (event as Routed).addRoutes?.({ condition: { urlPattern: '/api/*' }, source: 'network' }).catch(() => undefined);
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      // What has its digest in its name is what the page has just fetched, so it is not fetched twice.
      await cache.addAll(SHELL.map((path) => new Request(BASE + path, { cache: path.startsWith('assets/') ? 'default' : 'reload' })));
      const spoken = await caches.open(SPOKEN);
      const chosen = (await spoken.keys()).map((kept) => language(kept.url));
      await spoken.addAll(LANGUAGES.filter((path) => chosen.includes(language(path))).map((path) => BASE + path));
      // The first worker may start at once; a later one waits until the page says that nothing is being entered.
      if (!self.registration.active) await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const spoken = await caches.open(SPOKEN);
      for (const kept of await spoken.keys()) if (!LANGUAGES.some((path) => kept.url.endsWith(path))) await spoken.delete(kept);
      for (const name of await caches.keys()) if (name !== CACHE && name.startsWith('tidemark-')) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin || !url.pathname.startsWith(BASE)) return;
  const path = event.request.mode === 'navigate' ? 'index.html' : url.pathname.slice(BASE.length);
  if (LANGUAGES.includes(path)) event.respondWith(inLanguage(event.request));
  if (!SHELL.includes(path)) return;
  event.respondWith(
    (async () => {
      const kept = await (await caches.open(CACHE)).match(BASE + path);
      return kept ?? fetch(event.request);
    })(),
  );
});

/** `assets/messages.ro-B1c2D3e4.js` is `messages.ro`. */
function language(path: string): string {
  return /messages\.[a-z]+/.exec(path)?.[0] ?? '';
}

async function inLanguage(asked: Request): Promise<Response> {
  const spoken = await caches.open(SPOKEN);
  const kept = await spoken.match(asked);
  if (kept) return kept;
  const answer = await fetch(asked);
  if (answer.ok) await spoken.put(asked, answer.clone());
  return answer;
}

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string })?.type === 'take over') void self.skipWaiting();
});

self.addEventListener('push', (event) => {
  const shown = receive(event.data);
  // Side by side: a browser that keeps a notification waiting must not keep the receipt waiting too.
  event.waitUntil(Promise.all([show(shown), receipt(shown.message, 'shown'), tellPages({ type: 'push' })]));
});

async function show(shown: Shown): Promise<void> {
  const before = await self.registration.getNotifications({ tag: shown.tag });
  const level = (before[0]?.data as { level?: number } | undefined)?.level ?? 0;
  await notify(shown.title, {
    body: shown.body,
    // A call that a later one has overtaken is shown beside it, and takes nothing away; news of an alert (level 0) does.
    tag: shown.level && shown.level < level ? shown.tag + shown.level : shown.tag,
    // The same alert at a higher level rings again; the same level only replaces its text.
    renotify: shown.level > level,
    actions: shown.token ? [{ action: 'take', title: push.take }] : [],
    data: shown,
  });
}

function notify(title: string, options: NotificationOptions & { renotify?: boolean; actions?: { action: string; title: string }[] }): Promise<void> {
  return self.registration.showNotification(title, { icon: `${BASE}icon-192.png`, badge: `${BASE}badge-96.png`, ...options });
}

/** From the lock screen: the server says whether it is theirs now. Whatever comes of it is shown in the place of the call. */
async function take({ alert, message, tag, title, token }: Shown): Promise<void> {
  const enrolment = await meta('enrolment');
  const answer = enrolment && (await call('POST', 'push/take', { token }, enrolment.token, PATIENCE_MS));
  await notify(title, { body: answer?.status === 200 ? push.taken : push.not_taken, tag, data: { alert, message } });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const data = (event.notification.data ?? {}) as Shown;
  const hash = data.alert ? `#alert=${data.alert}` : '#alerts';
  event.waitUntil(Promise.all([event.action ? take(data) : open(hash), receipt(data.message ?? null, 'opened')]));
});

async function open(hash: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).pathname.startsWith(BASE));
  if (!page) {
    await self.clients.openWindow(BASE + hash);
    return;
  }
  page.postMessage({ type: 'open', hash });
  // Browsers give the focus only for a real tap; the page has moved to the alert either way.
  await page.focus().catch(() => undefined);
}

async function tellPages(word: { type: string }): Promise<void> {
  for (const page of await self.clients.matchAll({ type: 'window' })) page.postMessage(word);
}

/** Say that it was shown or opened; kept and sent later when nobody answers. */
async function receipt(message: string | null, event: 'shown' | 'opened'): Promise<void> {
  if (!message) return;
  const db = await database();
  await db.add('receipts', { message, event, at: new Date().toISOString() });
  await sendReceipts();
}

async function sendReceipts(): Promise<void> {
  const enrolment = await meta('enrolment');
  if (!enrolment) return;
  const db = await database();
  const keys = await db.getAllKeys('receipts', null, 100);
  const waiting = await db.getAll('receipts', null, 100);
  if (!waiting.length) return;
  const answer = await call('POST', 'push/receipts', { receipts: waiting }, enrolment.token, PATIENCE_MS);
  // A receipt that the server will never take is dropped too: it is news, not care.
  if (!answer || answer.status === 429 || answer.status >= 500) return;
  const tx = db.transaction('receipts', 'readwrite');
  for (const key of keys) void tx.store.delete(key);
  await tx.done;
}

self.addEventListener('sync', ((event: ExtendableEvent) => {
  event.waitUntil(flush());
}) as EventListener);

/** Send with the device's token alone until nothing waits. Failing makes the browser try again. */
async function flush(): Promise<void> {
  await sendReceipts();
  // A page that somebody looks at sends by itself, and sees its own rows change at once; one that practises never sends.
  const pages = await self.clients.matchAll({ type: 'window' });
  if (pages.some((page) => page.visibilityState === 'visible' && new URL(page.url).search !== '?practice')) return;
  // What is refused alone, or cannot be read yet, waits for the next time and holds back no other.
  const skip = new Set<string>();
  let halvings = 0;
  for (let limit = Infinity; ; ) {
    const outcome = await exchange(null, limit, skip);
    if (outcome.is === 'elsewhere') return;
    if (outcome.is === 'too_large' && halvings++ < MOST_HALVINGS) {
      const { batch } = outcome;
      if (batch.length === 1) skip.add(batch[0]!);
      limit = Math.max(1, Math.floor(batch.length / 2));
      continue;
    }
    if (outcome.is !== 'done') throw new Error(outcome.is);
    halvings = 0;
    limit *= 2;
    post({ type: ANSWERED });
    const { sent, looks, unread } = outcome.moved;
    for (const id of unread) skip.add(id);
    if (outcome.left <= skip.size || !(sent.length + looks.length + unread.length)) return;
  }
}

// The browser has ended the subscription, and says so in Firefox alone: elsewhere the app sees it at its next start (push.ts).
self.addEventListener('pushsubscriptionchange', ((event: ExtendableEvent) => {
  event.waitUntil(
    (async () => {
      const enrolment = await meta('enrolment');
      const answer = enrolment && (await call('GET', 'push/key', undefined, enrolment.token));
      const key = answer?.status === 200 && String(answer.body['key'] ?? '');
      if (!enrolment || !key) return;
      const { pushManager } = self.registration;
      const subscription = (await pushManager.getSubscription()) ?? (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
      await call('PUT', 'push/subscription', { ...subscription.toJSON(), key }, enrolment.token);
    })(),
  );
}) as EventListener);
