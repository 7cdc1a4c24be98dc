// What this tablet says of itself to the home's managers: its build, whether the browser keeps its data, how old its oldest
// unsent entry is. Nothing about people.

import { oldestUnsent } from './left';
import { listen, state } from './state';
import { call } from './sync';

const EVERY_MS = 15 * 60_000;

let told = '';
let told_at = 0;
let telling = false;

/** The build of this app, as the server names the one that it serves now. */
const BUILD = document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.src.match(/-([A-Za-z0-9_-]{8,})\.js$/)?.[1] ?? null;

async function report(): Promise<void> {
  if (telling || !state.enrolment || state.link !== 'ok') return;
  telling = true;
  try {
    const space = await navigator.storage?.estimate?.().catch(() => null);
    const free = space?.quota === undefined ? null : Math.floor((space.quota - (space.usage ?? 0)) / 1_000_000);
    const persisted = (await navigator.storage?.persisted?.().catch(() => null)) ?? null;
    const said = { version: BUILD, installed: matchMedia('(display-mode: standalone)').matches, persisted, oldest_unsent_at: oldestUnsent() };
    // Free space moves with every entry; it is news only along with something else.
    const words = JSON.stringify(said);
    if (words === told && Date.now() - told_at < EVERY_MS) return;
    const answer = await call('POST', 'device/report', { ...said, storage_free_mb: free }, state.enrolment.token);
    if (answer?.status === 204) [told, told_at] = [words, Date.now()];
  } finally {
    telling = false;
  }
}

/** Report once the server answers, when something has changed, and every quarter of an hour. */
export function startReporting(): void {
  listen('link', () => void report());
  setInterval(() => void report(), EVERY_MS);
  void report();
}
