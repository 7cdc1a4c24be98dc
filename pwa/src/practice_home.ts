// The practice home: made-up people from the message file, in a database that is emptied each time. Nobody enters a PIN.

import { beginPractice } from './db';
import { uuid7 } from './ids';
import { said } from './said';
import { practise, session } from './session';
import { listen, putRecord, state } from './state';
import type { Fields } from './types';
import './styles/practice.scss';

const UNDER_WAY_MS = 3_600_000;
/** What each of the made-up people has in the plan, in the order of their names in the message file. */
const PEOPLE: { room: string; sex: string; plan: Fields }[] = [
  { room: '1', sex: 'female', plan: { target_ml: 1600, at_risk: true } },
  { room: '2', sex: 'male', plan: { target_ml: 1800 } },
  { room: '3', sex: 'female', plan: { target_ml: 1500, iddsi_level: 2, at_risk: true } },
  { room: '4', sex: 'male', plan: { limit_ml: 1200 } },
  { room: '11', sex: 'female', plan: { target_ml: 1600 } },
  { room: '12', sex: 'male', plan: { target_ml: 1700, at_risk: true } },
];
const FIRST_OF_UPPER_UNIT = 4;
const CUPS = [150, 250, 200] as const;

/** The ids of the made-up people, in the order of their names. */
export const people: string[] = [];

export async function open(): Promise<void> {
  document.documentElement.dataset['practice'] = '';
  await beginPractice();
  const staff = { id: crypto.randomUUID(), name: said.practice.you, roles: ['senior_carer'] };
  const home = { id: crypto.randomUUID(), name: said.practice.home, zone: 'Europe/London' };
  state.enrolment = { device: crypto.randomUUID(), name: said.practice.home, token: '', home };
  state.staff = [staff];
  state.units = said.practice.units;
  state.link = 'ok';
  state.standing = { ...state.standing, last_contact: Date.now() };
  furnish();
  await practise(staff);
  listen('session', () => session() || leave());
  // A real alert is never kept from anybody who practises.
  navigator.serviceWorker?.addEventListener('message', (event) => {
    const told = event.data as { type?: string; hash?: string };
    if (told?.type === 'open' && told.hash) leave(told.hash);
  });
}

export function leave(hash = ''): void {
  location.replace(`/app/${hash}`);
}

function furnish(): void {
  said.practice.people.forEach((name, at) => {
    const { room, sex, plan } = PEOPLE[at]!;
    const id = put('resident', { preferred_name: name, room, sex, unit: said.practice.units[at < FIRST_OF_UPPER_UNIT ? 0 : 1]! });
    people.push(id);
    put('hydration_plan', { resident: id, monitoring: true, monitored_from: new Date(Date.now() - UNDER_WAY_MS).toISOString(), ...plan });
  });
  said.practice.cups.forEach((name, at) => put('vessel', { name, ml: CUPS[at] }));
}

function put(kind: string, fields: Fields): string {
  const record = uuid7(Date.now());
  const at = new Date(Date.now() - UNDER_WAY_MS).toISOString();
  putRecord({
    record, kind, fields, seq: state.records.size + 1, author: null, device: null, occurred_at: at, recorded_at: at, received_at: at,
    heads: [record], conflicts: {}, struck_out: false, flags: [],
  });
  return record;
}
