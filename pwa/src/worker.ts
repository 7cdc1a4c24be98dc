// The service worker's side of the page: registered once, and replaced only while nothing is being entered.

import { soon } from './sending';
import { session } from './session';
import { listen, state, tell } from './state';
import { saved } from './outbox';

const LOOK_EVERY_MS = 30 * 60_000;

/** Something is being entered: nothing may reload or ask for attention. */
function entering(): boolean {
  return document.querySelector('dialog[open], form, input:focus, textarea:focus') !== null;
}

export async function startWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.register('/app/sw.js', { scope: '/app/' }).catch(() => null);
  if (!registration) return;
  let replaced = navigator.serviceWorker.controller !== null; // the first worker of a new tablet replaces nobody
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (replaced) location.reload();
    replaced = true;
  });
  navigator.serviceWorker.addEventListener('message', (event) => {
    const data = event.data as { type?: string; hash?: string };
    if (data?.type === 'open' && data.hash) location.hash = data.hash;
    if (data?.type === 'push') soon();
  });
  const offer = () => {
    // A locked, quiet screen is the one moment at which a new version costs nobody anything.
    if (registration.waiting && navigator.serviceWorker.controller && !entering() && !session()) registration.waiting.postMessage({ type: 'take over' });
  };
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer));
  listen('session', offer);
  listen('link', () => {
    if (state.link === 'update') void registration.update().catch(() => undefined);
  });
  setInterval(() => void registration.update().catch(() => undefined).then(offer), LOOK_EVERY_MS);
  offer();
  // Where the browser can, it wakes the worker to send what waits when the network returns and no page is open.
  saved.addEventListener('saved', () => {
    const sync = (registration as ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } }).sync;
    void sync?.register('queue').catch(() => undefined);
  });
  tell('link');
}
