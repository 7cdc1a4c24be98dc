// The names that the first screen shows before anybody has entered a PIN: staff, units, the home's and the tablet's.

import { meta, strictly } from './db';
import type { CallNumber, Enrolment, StaffName, TabletName } from './types';
import { hideHere, showHere } from './vault';

export interface Names {
  home: string;
  tablet: string;
  staff: StaffName[];
  units: string[];
  /** The home's other tablets; none where the version before kept them. */
  tablets?: TabletName[];
  /** Whom to call, as the home has set it: shown without a PIN. */
  call?: CallNumber[];
}

const ID = 'names';

export async function keptNames(): Promise<Names> {
  const hidden = await meta('names');
  if (hidden) return showHere<Names>(ID, hidden);
  const [enrolment, staff, units] = await Promise.all([meta('enrolment'), meta('staff'), meta('units')]);
  const names = { home: enrolment?.home.name ?? '', tablet: enrolment?.name ?? '', staff: staff ?? [], units: units ?? [] };
  if (enrolment) await keepNames(enrolment, names); // the version before kept them in clear
  return names;
}

/** Keep who this tablet is, and the names beside it, hidden. */
export async function keepNames(enrolment: Enrolment, names: Names): Promise<void> {
  const hidden = await hideHere(ID, names);
  await strictly(['meta'], async (tx) => {
    const metas = tx.objectStore('meta');
    void metas.put({ ...enrolment, name: '', home: { ...enrolment.home, name: '' } }, 'enrolment');
    void metas.put(hidden, ID);
    void metas.delete('staff');
    void metas.delete('units');
  });
}
