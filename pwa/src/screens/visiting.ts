// The screens of appointments, fetched together: they share the rule of what is still asked.

export { startSending } from '../letters';
export { AppointmentScreen } from './appointment';
export { Appointments } from './appointments';
export { FollowUp } from './follow_up';
export { Outcome } from './outcome';
export { GpRound, VisitNow } from './visit_now';
export { VisitsDue } from './visits_due';
