// The line above every screen when alerts may not reach anybody: the server is late with them, or no phone can be called.
// The server is asked over the building's own network; while it cannot be reached at all, the header says so already.

import { said } from './said';
import { state } from './state';
import { call } from './sync';

const EVERY_MS = 30_000;

export function watchAlerts(): void {
  const line = document.createElement('p');
  line.className = 'tm-now';
  line.hidden = true;
  line.setAttribute('role', 'alert');
  line.dataset['testid'] = 'alerts-late';
  document.getElementById('app')?.before(line);
  const look = async () => {
    if (document.visibilityState !== 'visible' || !state.enrolment) return;
    const answer = await call('GET', 'alerts/live', undefined, state.enrolment.token);
    if (answer?.status !== 200) return;
    const words = answer.body['may_be_late'] ? said.alerts_late.late : answer.body['phones_unreachable'] ? said.alerts_late.no_phones : '';
    if (line.textContent !== words) line.textContent = words;
    line.hidden = !words;
  };
  setInterval(() => void look(), EVERY_MS);
  void look();
}
