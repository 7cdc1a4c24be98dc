// Who is planned for a shift on a unit, by role: from the rota, else from the roles of those whom the allocation names.

import { state, text } from '../state';
import { ofKind, type Shown } from '../view';

export interface Count {
  role: string;
  count: number;
}

/** The newest allocation of a shift on a unit. */
export function allocationOf(shift: string, unit: string): Shown | null {
  const found = ofKind('allocation').filter((one) => one.fields['shift'] === shift && one.fields['unit'] === unit);
  return found.sort((a, b) => b.recorded_ms - a.recorded_ms)[0] ?? null;
}

export function plannedFor(shift: string, unit: string): Count[] {
  const rota = ofKind('rota_shift').filter((one) => one.fields['shift'] === shift && (!one.fields['unit'] || one.fields['unit'] === unit));
  const named = allocationOf(shift, unit)?.fields['staff'];
  const roles = rota.length ? rota.map((one) => text(one.fields['role'])) : (Array.isArray(named) ? named : []).map((id) => state.staff.find((one) => one.id === id)?.roles[0]);
  const counts = new Map<string, number>();
  for (const role of roles) if (role) counts.set(role, (counts.get(role) ?? 0) + 1);
  return [...counts].map(([role, count]) => ({ role, count })).sort((a, b) => a.role.localeCompare(b.role));
}
