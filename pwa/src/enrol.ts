// Making this tablet the home's: a one-time code becomes a device token, and the names that the first screen shows.

import { setMeta } from './db';
import { keepNames } from './names';
import { load, state, tell } from './state';
import { call, endedBy } from './sync';
import type { CallNumber, Enrolment, StaffName, TabletName } from './types';

export type Enrolled = { ok: true } | { ok: false; why: 'code' | 'unreachable'; sentence: string | null };

export async function enrol(code: string): Promise<Enrolled> {
  const answer = await call('POST', 'enrol', { code });
  if (!answer || answer.status >= 500) return { ok: false, why: 'unreachable', sentence: null };
  const { device, token, home } = answer.body as unknown as { device?: { id: string; name: string } } & Partial<Pick<Enrolment, 'token' | 'home'>>;
  if (answer.status >= 300 || !device || !token || !home) {
    return { ok: false, why: 'code', sentence: (answer.body['detail'] as string | undefined) ?? null };
  }
  await keepNames({ device: device.id, token, home, name: device.name }, { home: home.name, tablet: device.name, staff: [], units: [] });
  await keepHomeKey(answer.body);
  // Firefox asks the person, and answers when they have: nobody's tablet waits for that.
  void askToStay();
  await load();
  await refreshNames();
  return { ok: true };
}

/** Names of staff and units for the first screen. Kept, so that it also works with nobody to ask. */
export async function refreshNames(): Promise<void> {
  if (!state.enrolment) return;
  const answer = await call('GET', 'device', undefined, state.enrolment.token);
  const ended = endedBy(answer);
  if (ended) {
    state.link = ended;
    tell('link');
  }
  if (answer?.status !== 200 || !Array.isArray(answer.body['staff'])) return;
  const staff = answer.body['staff'] as StaffName[];
  const home = answer.body['home'] as (Enrolment['home'] & { units?: unknown[] }) | undefined;
  const tablets = Array.isArray(answer.body['tablets']) ? (answer.body['tablets'] as TabletName[]) : [];
  const numbers = Array.isArray(answer.body['call']) ? (answer.body['call'] as CallNumber[]) : [];
  state.tablets = tablets;
  state.call = numbers;
  const device = answer.body['device'] as { name?: string } | undefined;
  state.staff = staff;
  if (home) {
    const { units, ...kept } = home;
    state.enrolment = { ...state.enrolment, home: kept, name: device?.name ?? state.enrolment.name };
    state.units = (units ?? []).map((unit) => (typeof unit === 'string' ? unit : String((unit as { name?: string }).name ?? '')));
  }
  const { home: whole, name: tablet } = state.enrolment;
  await keepNames(state.enrolment, { home: whole.name, tablet, staff, units: state.units, tablets, call: numbers });
  await keepHomeKey(answer.body);
  tell('device');
}

/** What to seal to, before anybody has unlocked this tablet: what is recorded under a typed name is never queued in clear. */
async function keepHomeKey(said: Record<string, unknown>): Promise<void> {
  if (said['home_key']) await setMeta('home_key', said['home_key']);
}

/** Ask the browser not to clear us when the disk is short. It may refuse; asked again at each start until it agrees. */
export async function askToStay(): Promise<void> {
  const { storage } = navigator;
  if (await storage?.persisted?.().catch(() => false)) return;
  await storage?.persist?.().catch(() => false);
}
