// Who is to work next, as far as this tablet has heard.

import { text } from '../state';
import { correctedNow, ofKind } from '../view';

/** A shift is thought of from half a day before it begins. */
const SOON_MS = 12 * 3_600_000;

/** Staff whose planned shift is on now or begins within twelve hours. */
export function workingSoon(now = correctedNow()): Set<string> {
  const found = new Set<string>();
  for (const one of ofKind('rota_shift')) {
    const from = Date.parse(text(one.fields['from']) ?? '');
    const to = Date.parse(text(one.fields['to']) ?? '');
    const staff = text(one.fields['staff']);
    if (staff && from < now + SOON_MS && to > now) found.add(staff);
  }
  return found;
}
