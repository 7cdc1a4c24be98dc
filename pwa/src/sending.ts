// When to talk to the server: at once after a save, again for as long as anything waits, and every few seconds for
// news. Never because a flag says "online" (it lies), and never not.

import { FIRST_BATCH, MAX_BATCH, MOST_HALVINGS, STEADY } from './pace';
import { dropEntry, dropRecord, load, moved as memoryMoved, putEntry, putRecord, residentTopics, state, tell, type Link } from './state';
import { exchange, knock, type Moved, type Outcome } from './sync';
import { isUrgent, saved } from './outbox';
import { ANSWERED, hear, post } from './wire';

const READ_AFTER_MS = 80;
let reading: ReturnType<typeof setTimeout> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let running = false;
let wanted = false;
/** More is to be sent at once: between two batches the screen goes on saying so. */
let draining = false;
let failures = 0;
let halvings = 0;
let limit = MAX_BATCH;
/** Runs on evenly when somebody sets the tablet's clock: no wait grows by the years that the clock was out. In ms. */
const now = () => performance.now();
/** Until when the server has asked us to stay away. */
let quiet_until = 0;
/** Until when nobody is asked for more than a sign of life. Then what waits is offered all the same: a slow line is too slow for a knock. */
let knock_until = 0;
/** Entries that the server could not read yet: it is older than we are. Tried again later, holding back no other. */
const later = new Map<string, number>();
let grant: () => string | null = () => null;
/** A pause that is forgotten must not keep a queue from the server. */
const LONGEST_PAUSE_MS = 10 * 60_000;
let pause_ends: ReturnType<typeof setTimeout> | undefined;

/** Begin, with a way to read the grant of whoever has unlocked this tablet. */
export function start(reader: () => string | null): void {
  grant = reader;
  saved.addEventListener('saved', () => {
    if (state.paused && urgent()) pause(false);
    soon();
  });
  hear(() => {
    // Another tab or the worker has saved or sent: many words in a row are one reading.
    clearTimeout(reading);
    reading = setTimeout(() => void load(), READ_AFTER_MS);
  });
  addEventListener('online', () => soon());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && soon());
  soon();
}

/** Wait with sending, or go on. It ends by itself, and at once for what cannot wait. */
export function pause(on: boolean): void {
  state.paused = on;
  clearTimeout(pause_ends);
  if (on) pause_ends = setTimeout(() => pause(false), LONGEST_PAUSE_MS);
  else soon();
  tell('link');
}

/** The newest entry calls somebody, or answers an alert. */
function urgent(): boolean {
  const newest = [...state.queue.values()].at(-1);
  return newest !== undefined && isUrgent(newest);
}

/** Talk now, or as soon as the talk under way has ended. A server's own "not before" is kept. */
export function soon(): void {
  wanted = true;
  if (!running) plan(Math.max(0, quiet_until - now()));
}

function plan(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void round(), ms);
}

async function round(): Promise<void> {
  if (running || !state.enrolment) return;
  running = true;
  wanted = draining = false;
  try {
    // While nobody answers, a tap costs one small question and not the reading of everything that waits.
    if (now() < knock_until && !(await knock())) return wait_for_it();
    if (state.queue.size && !state.paused) setSending(true);
    const skip = new Set([...later].filter(([, until]) => until > now()).map(([id]) => id));
    plan_after(await exchange(grant(), state.paused ? 0 : limit, skip), skip.size);
  } catch {
    // The database is closed or full: nothing was taken out; try again as for any failure.
    plan(STEADY.backoff(failures++));
  } finally {
    running = false;
    // Whatever came of it: somebody has saved meanwhile, or the network is back.
    if (wanted) soon();
    else if (!draining) setSending(false);
  }
}

function plan_after(outcome: Outcome, skipped: number): void {
  switch (outcome.is) {
    case 'done': {
      failures = halvings = knock_until = 0;
      limit = Math.min(MAX_BATCH, limit * 2);
      const unread = takeIn(outcome.moved);
      link('ok', outcome.locked);
      const sendable = state.paused || outcome.full ? 0 : outcome.left - skipped - unread;
      if (outcome.more || sendable > 0 || wanted || outcome.moved.dropped_all) {
        draining = sendable > 0;
        return plan(0);
      }
      return plan(STEADY.idle(document.visibilityState === 'visible'));
    }
    case 'elsewhere':
      return plan(STEADY.elsewhere);
    case 'too_large': {
      // Half of what was sent, not of what might have been. One entry that is too large by itself waits alone.
      const { batch, wait_ms } = outcome;
      limit = Math.max(1, Math.floor(batch.length / 2));
      if (batch.length === 1) later.set(batch[0]!, now() + (wait_ms ?? STEADY.unread));
      return plan(batch.length && halvings++ < MOST_HALVINGS ? 0 : STEADY.backoff(failures++));
    }
    case 'refused':
      link(outcome.why);
      return plan(STEADY.refused);
    case 'busy': {
      link('busy');
      const ms = outcome.wait_ms === null ? STEADY.backoff(failures++) : STEADY.spread(outcome.wait_ms);
      quiet_until = outcome.wait_ms === null ? 0 : now() + ms;
      return plan(ms);
    }
    case 'unreachable':
      link('unreachable');
      limit = Math.min(limit, FIRST_BATCH);
      knock_until = now() + STEADY.backoff(failures++);
      return wait_for_it();
  }
}

/** Nobody answers: try again when that has lasted, or as soon as a knock is answered. */
function wait_for_it(): void {
  plan(Math.min(STEADY.knock(), Math.max(0, knock_until - now())));
}

/** Bring memory to where the database now is. Returns how many entries the server could not read yet. */
function takeIn(moved: Moved): number {
  memoryMoved();
  state.standing = moved.standing;
  for (const id of moved.unread) later.set(id, now() + STEADY.unread);
  if (moved.dropped_all || moved.again.length) {
    void load();
    post({ type: ANSWERED });
    return moved.unread.length;
  }
  const touched = new Set<string>();
  // What was saved here is in memory as it was typed; rows that are not came from another tab, and are read again.
  let strange = false;
  const own = (id: string) => {
    const entry = state.queue.get(id);
    strange ||= !entry;
    state.queue.delete(id);
    later.delete(id);
    if (entry?.resident) touched.add(entry.resident);
    return entry;
  };
  for (const { id, errors, at } of moved.looks) {
    const entry = own(id);
    if (!entry) continue;
    state.looks.set(id, { ...entry, errors, at });
    dropEntry(entry);
  }
  for (const { id, seq, at, echoed } of moved.sent) {
    const entry = own(id);
    // While nobody has unlocked since the start there is nothing to lay over records.
    if (entry?.kind) putEntry({ ...entry, seq, at, echoed });
  }
  for (const change of moved.changes) {
    const resident = putRecord(change);
    if (resident) touched.add(resident);
    for (const own of [...(state.overlay.get(change.record) ?? [])]) {
      if ('seq' in own && own.seq <= change.seq) dropEntry(own);
    }
  }
  for (const id of moved.removed) dropRecord(id);
  const answered = moved.sent.length + moved.looks.length;
  if (state.progress) state.progress = { done: state.progress.done + answered, total: state.progress.done + answered + state.queue.size };
  tell('queue', 'link');
  if (moved.looks.length) tell('looks');
  if (moved.changes.length || moved.removed.length) tell('records');
  tell(...residentTopics(touched));
  if (moved.sent.length || moved.looks.length || moved.changes.length) post({ type: ANSWERED });
  if (strange) void load();
  return moved.unread.length;
}

function link(is: Link, locked_out = state.locked_out): void {
  if (state.link === is && state.locked_out === locked_out) return;
  state.link = is;
  state.locked_out = locked_out;
  tell('link');
}

function setSending(on: boolean): void {
  if (state.sending === on) return;
  state.sending = on;
  state.progress = on ? { done: 0, total: state.queue.size } : null;
  tell('link');
}
