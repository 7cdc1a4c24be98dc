// Whom to ring about somebody: their unit's own telephone, else the first number that the home has.

import { said } from '../said';
import { state } from '../state';
import type { CallNumber } from '../types';
import { fill } from '../words';

export function numberFor(unit: string | null): CallNumber | undefined {
  return state.call.find((one) => one.whose === 'unit' && one.unit === unit) ?? state.call[0];
}

export function CallLink({ unit }: { unit: string | null }) {
  const call = numberFor(unit);
  return call ? <p><a class="nhsuk-button" data-testid="call-link" href={`tel:${call.number.replace(/[^+\d]/g, '')}`}>{fill(said.emergency.call_on, { number: call.number })}</a></p> : null;
}
