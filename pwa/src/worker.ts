// The service worker's side of the page: registered once, and replaced only while nothing is being entered.

import { soon } from './sending';
import { settled } from './saves';
import { session } from './session';
import { listen, state, tell } from './state';
import { saved } from './outbox';

/** A newer version waits to take over. */
export const update = { ready: false };
let take_over: () => void = () => undefined;
/** Until this says yes, the update that somebody has put off stays put off. */
let not_before: () => boolean = () => true;

/** Somebody on Shift home wants it now: nothing is being entered there, and drafts are kept. */
export function updateNow(): void {
  take_over();
}

/** Not while this is false, whoever locks the screen meanwhile. */
export function updateAfter(over: () => boolean): void {
  not_before = over;
}

const LOOK_EVERY_MS = 30 * 60_000;

/** A locked screen on which nothing is being entered or saved: the one moment at which a new version costs nobody anything. */
function quiet(): boolean {
  return not_before() && settled() && session() === null && document.querySelector('dialog[open], form, input:focus, textarea:focus') === null;
}

export async function startWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.register('/app/sw.js', { scope: '/app/', type: 'module' }).catch(() => null);
  if (!registration) return;
  let first = navigator.serviceWorker.controller === null; // the first worker of a new tablet replaces nobody
  let replaced = false;
  let wanted = false;
  const start_over = () => replaced && (wanted ? settled() : quiet()) && location.reload();
  take_over = () => {
    wanted = true;
    registration.waiting?.postMessage({ type: 'take over' });
    start_over();
  };
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    replaced = !first;
    first = false;
    start_over(); // or, when another tab let the new one in, as soon as this one is quiet
  });
  navigator.serviceWorker.addEventListener('message', (event) => {
    const data = event.data as { type?: string; hash?: string };
    if (data?.type === 'open' && data.hash) location.hash = data.hash;
    // Whoever taps an alert awake wants to read it now, whether or not the push itself was heard by this page.
    if (data?.type === 'push' || data?.type === 'open') soon();
  });
  const offer = () => {
    start_over();
    const ready = (registration.waiting !== null && navigator.serviceWorker.controller !== null) || replaced;
    if (ready !== update.ready) {
      update.ready = ready;
      tell('device');
    }
    if (registration.waiting && navigator.serviceWorker.controller && quiet()) registration.waiting.postMessage({ type: 'take over' });
  };
  const found = () => registration.installing?.addEventListener('statechange', offer);
  registration.addEventListener('updatefound', found);
  found(); // one that the browser found before we could listen
  for (const topic of ['session', 'saves'] as const) listen(topic, offer);
  listen('link', () => {
    if (state.link === 'update') void registration.update().catch(() => undefined);
  });
  setInterval(() => void registration.update().catch(() => undefined).then(offer), LOOK_EVERY_MS);
  offer();
  // Where the browser can, it wakes the worker to send what waits when the network returns and no page is open.
  const wake = () => {
    const { sync } = registration as ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } };
    if (state.queue.size) void sync?.register('queue').catch(() => undefined);
  };
  saved.addEventListener('saved', wake);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && wake());
  tell('link');
}
