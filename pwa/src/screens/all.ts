// The screens that the first look at the app does without, by the name that a route or another screen asks for.
// They come as one file (rest.ts); screens/later.tsx draws them.

import { Agency } from './agency';
import { AlertScreen } from './alert';
import { Alerts } from './alerts';
import { AppointmentScreen } from './appointment';
import { Appointments } from './appointments';
import { Attention } from './attention';
import { Check } from './check';
import { Checks } from './checks';
import { CupBack } from './cup_back';
import { Drafts } from './drafts';
import { AskFirst, OtherAmount, StopAndCheck } from './drink_forms';
import { Emergency } from './emergency';
import { Enrol } from './enrol';
import { EntriesToday } from './entries_today';
import { EntryScreen } from './entry';
import { Fix } from './fix';
import { FollowUp } from './follow_up';
import { FormScreen } from './form';
import { Handover } from './handover';
import { Help } from './help';
import { Home } from './home';
import { Names } from './names';
import { NotDrunk } from './not_drunk';
import { NotSent } from './not_sent';
import { Notices } from './notices';
import { Notifications } from './notifications';
import { Outcome } from './outcome';
import { Paper } from './paper';
import { Person } from './person';
import { Practice } from './practice';
import { RecordElse } from './record_else';
import { RedFlags } from './red_flags';
import { Refusal } from './refusal';
import { Round } from './round';
import { Settings } from './settings';
import { ShiftCheck } from './shift_check';
import { Staffing } from './staffing';
import { Suggestions } from './suggestions';
import { Typed } from './typed';
import { GpRound, VisitNow } from './visit_now';
import { VisitsDue } from './visits_due';

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
