// Screens that the first look at the app does without: fetched beside it, so that unlocking and recording start sooner.
//
// All of them are fetched once the app is running. A page then holds every part of its own version, whatever version
// the worker's cache moves on to under it.

import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../ui/parts';
import { words } from '../words';

const SCREENS = {
  agency: async () => (await import('./agency')).Agency,
  alerts: async () => (await import('./alerts')).Alerts,
  alert: async () => (await import('./alert')).AlertScreen,
  attention: async () => (await import('./attention')).Attention,
  appointment: async () => (await import('./visiting')).AppointmentScreen,
  appointments: async () => (await import('./visiting')).Appointments,
  check: async () => (await import('./check')).Check,
  checks: async () => (await import('./checks')).Checks,
  emergency: async () => (await import('./emergency')).Emergency,
  'entries-today': async () => (await import('./entries_today')).EntriesToday,
  ask: async () => (await import('./drink_forms')).AskFirst,
  'cup-back': async () => (await import('./cup_back')).CupBack,
  enrol: async () => (await import('./enrol')).Enrol,
  entry: async () => (await import('./entry')).EntryScreen,
  drafts: async () => (await import('./recording')).Drafts,
  fix: async () => (await import('./fix')).Fix,
  'follow-up': async () => (await import('./visiting')).FollowUp,
  form: async () => (await import('./recording')).FormScreen,
  'gp-round': async () => (await import('./visiting')).GpRound,
  home: async () => (await import('./home')).Home,
  handover: async () => (await import('./recording')).Handover,
  help: async () => (await import('./help')).Help,
  names: async () => (await import('./names')).Names,
  'not-sent': async () => (await import('./not_sent')).NotSent,
  'not-drunk': async () => (await import('./not_drunk')).NotDrunk,
  notices: async () => (await import('./notices')).Notices,
  notifications: async () => (await import('./notifications')).Notifications,
  paper: async () => (await import('./paper')).Paper,
  'other-amount': async () => (await import('./drink_forms')).OtherAmount,
  outcome: async () => (await import('./visiting')).Outcome,
  record: async () => (await import('./recording')).RecordElse,
  practice: async () => (await import('./practice')).Practice,
  'red-flags': async () => (await import('./red_flags')).RedFlags,
  refusal: async () => (await import('./refusal')).Refusal,
  round: async () => (await import('./round')).Round,
  person: async () => (await import('./person')).Person,
  settings: async () => (await import('./settings')).Settings,
  'shift-check': async () => (await import('./shift_check')).ShiftCheck,
  staffing: async () => (await import('./recording')).Staffing,
  stop: async () => (await import('./drink_forms')).StopAndCheck,
  suggestions: async () => (await import('./recording')).Suggestions,
  typed: async () => (await import('./typed')).Typed,
  'visit-now': async () => (await import('./visiting')).VisitNow,
  'visits-due': async () => (await import('./visiting')).VisitsDue,
};
type Name = keyof typeof SCREENS;
type PropsOf<N extends Name> = Awaited<ReturnType<(typeof SCREENS)[N]>> extends (props: infer P) => unknown ? P : never;
type Asked = { [N in Name]: { screen: N } & (unknown extends PropsOf<N> ? object : PropsOf<N>) }[Name];

const fetched = new Map<Name, ComponentType<Record<string, unknown>>>();

async function fetchScreen(name: Name): Promise<void> {
  await import('../words_later');
  fetched.set(name, (await SCREENS[name]()) as ComponentType<Record<string, unknown>>);
}

/** Everything that may be asked for later, now that nothing waits for it. */
export function fetchAll(): void {
  for (const name of Object.keys(SCREENS) as Name[]) void fetchScreen(name).catch(() => undefined);
  // What unlocking does besides (session.ts).
  for (const part of [import('../colleagues'), import('../earlier'), import('../plain_rows'), import('./visiting').then(({ startSending }) => startSending())]) void part.catch(() => undefined);
}

export function Later({ screen, ...props }: Asked): JSX.Element | null {
  const [tries, setTries] = useState(0);
  const [failed, setFailed] = useState(false);
  const Found = fetched.get(screen);
  useEffect(() => {
    if (!fetched.has(screen)) void fetchScreen(screen).then(() => setFailed(false), () => setFailed(true)).then(() => setTries((n) => n + 1));
  }, [screen]);
  if (Found) return <Found {...props} />;
  if (!failed) return null;
  return (
    <>
      <p class="tm-lead" role="alert">{words.default.error}</p>
      <Button key={tries} onClick={() => void fetchScreen(screen).then(() => setTries(tries + 1), () => undefined)}>{words.try_again}</Button>
    </>
  );
}
