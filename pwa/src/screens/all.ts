// The screens that the first look at the app does without, by the name that a route or another screen asks for.
// They come as one file (rest.ts); screens/later.tsx draws them. Screens that say like things stand together: gzip looks
// back 32 kB and no further.

import { FormScreen } from './form';
import { Drafts } from './drafts';
import { RecordElse } from './record_else';
import { Appointments } from './appointments';
import { AppointmentScreen } from './appointment';
import { Outcome } from './outcome';
import { FollowUp } from './follow_up';
import { GpRound, VisitNow } from './visit_now';
import { VisitsDue } from './visits_due';
import { Staffing } from './staffing';
import { Suggestions } from './suggestions';
import { Handover } from './handover';
import { ShiftCheck } from './shift_check';
import { Round } from './round';
import { Person } from './person';
import { EntriesToday } from './entries_today';
import { Check } from './check';
import { Checks } from './checks';
import { Fix } from './fix';
import { EntryScreen } from './entry';
import { NotSent } from './not_sent';
import { Paper } from './paper';
import { Typed } from './typed';
import { Emergency } from './emergency';
import { Help } from './help';
import { Names } from './names';
import { Alerts } from './alerts';
import { AlertScreen } from './alert';
import { Attention } from './attention';
import { Notices } from './notices';
import { Notifications } from './notifications';
import { Settings } from './settings';
import { Home } from './home';
import { Practice } from './practice';
import { Enrol } from './enrol';
import { Agency } from './agency';
import { CupBack } from './cup_back';
import { AskFirst, GaveBy, OtherAmount, StopAndCheck } from './drink_forms';
import { NotDrunk } from './not_drunk';
import { RedFlags } from './red_flags';
import { Refusal } from './refusal';

export const SCREENS = {
  agency: Agency,
  alerts: Alerts,
  alert: AlertScreen,
  appointment: AppointmentScreen,
  appointments: Appointments,
  attention: Attention,
  check: Check,
  checks: Checks,
  emergency: Emergency,
  'entries-today': EntriesToday,
  ask: AskFirst,
  'cup-back': CupBack,
  enrol: Enrol,
  entry: EntryScreen,
  drafts: Drafts,
  fix: Fix,
  'follow-up': FollowUp,
  form: FormScreen,
  'gave-by': GaveBy,
  'gp-round': GpRound,
  home: Home,
  handover: Handover,
  help: Help,
  names: Names,
  'not-sent': NotSent,
  'not-drunk': NotDrunk,
  notices: Notices,
  notifications: Notifications,
  paper: Paper,
  'other-amount': OtherAmount,
  outcome: Outcome,
  record: RecordElse,
  practice: Practice,
  'red-flags': RedFlags,
  refusal: Refusal,
  round: Round,
  person: Person,
  settings: Settings,
  'shift-check': ShiftCheck,
  staffing: Staffing,
  stop: StopAndCheck,
  suggestions: Suggestions,
  typed: Typed,
  'visit-now': VisitNow,
  'visits-due': VisitsDue,
};
