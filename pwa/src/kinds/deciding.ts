// Who may decide between two versions, name the unnamed and add an agency worker (sync/roles.py, DECIDERS).

import { session } from '../session';

const DECIDERS = new Set([
  'senior_carer', 'shift_leader', 'duty_manager', 'deputy_manager', 'registered_manager', 'provider_quality_lead', 'provider_lead', 'nominated_individual',
]);

export function mayDecide(): boolean {
  return session()?.roles.some((role) => DECIDERS.has(role)) ?? false;
}
