// Signing on and off: a `duty` record per shift, which is also where alerts are sent to.

import type { Draft } from '../outbox';
import { session, type Session } from '../session';
import { iso } from '../clock';
import { correctedNow, ofKind, type Shown } from '../view';
import { state } from '../state';

/** Every shift that is on now, the newest first. */
export function onShift(): Shown[] {
  const now = correctedNow();
  return ofKind('duty')
    .filter((one) => one.fields['what'] === 'on_shift' && (!one.fields['to'] || Date.parse(String(one.fields['to'])) > now))
    .sort((a, b) => b.happened_ms - a.happened_ms);
}

/** The shift that the person at the screen is on, on whatever device it was begun. */
export function myShift(): Shown | null {
  const me = session()?.id;
  return onShift().find((one) => one.fields['staff'] === me) ?? null;
}

export function startShift(person: Session, role: string, unit: string): Draft {
  const device = state.enrolment!.device;
  return {
    kind: 'duty',
    fields: { what: 'on_shift', staff: person.id, role, ...(unit ? { unit } : {}), from: iso(Date.now()), device },
  };
}

export function endShift(shift: Shown): Draft {
  return { kind: 'duty', record: shift.record, fields: { to: iso(Date.now()) } };
}

/** The role that decides most on the floor, first: what a person with several is signed on as unless they choose. */
const ORDER = ['duty_manager', 'shift_leader', 'senior_carer', 'registered_manager', 'deputy_manager', 'support_worker', 'key_worker'];
export function rolesInOrder(roles: string[]): string[] {
  const rank = (role: string) => (ORDER.indexOf(role) + 1 || ORDER.length + 1);
  return [...roles].sort((a, b) => rank(a) - rank(b));
}
