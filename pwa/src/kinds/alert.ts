// Alerts as people meet them: what happened, who has been told, who is told next, and what a person may do about it.

import { iso } from '../clock';
import type { Draft } from '../outbox';
import { text } from '../state';
import { sayWhen } from '../time';
import { ofKind, staffName, view, zone, type Shown } from '../view';
import { fill, words } from '../words';

export interface Told {
  role: string;
  staff: string | null;
  at: string;
  reached: boolean;
}

const OPEN = new Set(['open', 'acknowledged', 'snoozed', 'unhandled']);

export function alerts(): Shown[] {
  return ofKind('alert').sort((a, b) => rank(a) - rank(b));
}

/** By the time left before the next step; those with none left after them, newest first. */
function rank(one: Shown): number {
  const next = Date.parse(String(one.fields['next_at'] ?? ''));
  return Number.isNaN(next) ? Number.MAX_SAFE_INTEGER - one.happened_ms : next;
}

export function isOpen(one: Shown): boolean {
  return OPEN.has(String(one.fields['status']));
}

/** What is critical is called on whoever pauses it: the server goes on, so nothing here says otherwise. */
export function mayPause(one: Shown): boolean {
  return one.fields['status'] === 'acknowledged' && one.fields['severity'] !== 'critical';
}

export function told(one: Shown): Told[] {
  const list = one.fields['told'];
  return Array.isArray(list) ? (list as Told[]) : [];
}

/** Mine: told to me, owned by me, or waiting for a role that I hold. */
export function isMine(one: Shown, me: string, roles: string[]): boolean {
  if (one.fields['owner'] === me || givenTo(one)?.id === me) return true;
  if (told(one).some((step) => step.staff === me || (step.staff === null && roles.includes(step.role)))) return true;
  const next = one.fields['next_roles'];
  return Array.isArray(next) && next.some((role) => roles.includes(String(role)));
}

/** Several may have taken it while they could not see each other: all of them, first first. */
export function owners(one: Shown): string[] {
  const conflict = one.conflicts['owner'];
  const ids = conflict ? [...conflict].sort((a, b) => a.occurred_at.localeCompare(b.occurred_at)).map((each) => String(each.value)) : [text(one.fields['owner'])];
  return ids.filter((id) => id !== null).map((id) => staffName(id) ?? '?');
}

/** The tablets that were silent when it was written, and so may hold what looks like a gap. */
export function mayBeOn(one: Shown): string[] {
  const list = one.fields['silent_tablets'];
  if (!Array.isArray(list)) return [];
  return (list as { name?: string; heard_at?: string }[]).map(({ name, heard_at }) =>
    fill(words.alerts.may_be_on, { name: name ?? '?', time: sayWhen(Date.parse(heard_at ?? ''), Date.now(), zone()) }),
  );
}

/** Whom it is about: a person with a room, else a tablet or a unit; nobody where it is about the whole home. */
export function personOf(one: Shown): { name: string; room: string | null } | null {
  const facts = one.fields['facts'] as Record<string, unknown> | undefined;
  const place = text(facts?.['tablet']) ?? text(facts?.['unit']);
  if (place) return { name: place, room: null };
  const subject = text(one.fields['subject']);
  const shown = subject ? view(subject) : null;
  const name = text(shown?.fields['preferred_name']);
  return name ? { name, room: text(shown?.fields['room']) } : null;
}

export function acknowledge(one: Shown, me: string): Draft {
  return { kind: 'alert', record: one.record, resident: text(one.fields['subject']), fields: { status: 'acknowledged', owner: me, ...(one.fields['given_to'] ? { given_to: null } : {}) } };
}

/** Handed over by name: nobody owns it until they take it on. */
export function give(one: Shown, to: string): Draft {
  return { kind: 'alert', record: one.record, resident: text(one.fields['subject']), fields: { status: 'open', owner: null, given_to: to } };
}

/** Whom it was given to, while they have not taken it on. */
export function givenTo(one: Shown): { id: string; name: string } | null {
  const id = one.fields['status'] === 'open' ? text(one.fields['given_to']) : null;
  return id ? { id, name: staffName(id) ?? '?' } : null;
}

export function resolve(one: Shown, outcome: string, evidence: string): Draft {
  return { kind: 'alert', record: one.record, resident: text(one.fields['subject']), fields: { status: 'resolved', outcome, evidence } };
}

export function snooze(one: Shown, minutes: number, reason: string): Draft {
  const snooze_until = iso(Date.now() + minutes * 60_000);
  return { kind: 'alert', record: one.record, resident: text(one.fields['subject']), fields: { status: 'snoozed', snooze_until, snooze_reason: reason } };
}
