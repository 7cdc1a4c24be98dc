// The line above every screen: that alerts may not reach anybody; on a locked one, which may hang on a wall, how many nobody has
// taken. A new one sounds, and all of them go on while no phone can be called. The server is asked over the building's own network; while it cannot be
// reached at all, the header says so already.

import { said } from './said';
import { soon } from './sending';
import { session } from './session';
import { state } from './state';
import { call } from './sync';
import { plural } from './words';

const EVERY_MS = 10_000;

interface Open {
  alert: string;
  status: string;
  next_at: string | null;
}

export function watchAlerts(): void {
  const line = document.createElement('p');
  line.classList.add('tm-now', 'tm-now__big');
  line.hidden = true;
  line.setAttribute('role', 'alert');
  line.dataset['testid'] = 'alerts-late';
  document.getElementById('app')?.before(line);
  // No browser lets anything sound before a tap; one that has no sound at all must not break over it.
  let audio: AudioContext | undefined;
  addEventListener('click', () => (audio ??= self.AudioContext && new AudioContext()));
  let before: string[] = [];
  const look = async () => {
    if (document.visibilityState !== 'visible' || !state.enrolment) return;
    const answer = await call('GET', 'alerts/live', undefined, state.enrolment.token);
    if (answer?.status !== 200) return;
    const trouble = answer.body['may_be_late'] ? said.alerts_late.late : answer.body['phones_unreachable'] ? said.alerts_late.no_phones : '';
    // What calls nobody is on the list, and no alarm.
    const open = (answer.body['alerts'] as Open[]).filter((one) => one.next_at ?? one.status !== 'open').map((one) => one.alert);
    const fresh = open.some((id) => !before.includes(id));
    before = open;
    if (fresh) soon();
    if (audio && (fresh || (trouble && open.length))) {
      const tone = audio.createOscillator();
      tone.connect(audio.destination);
      tone.start();
      tone.stop(audio.currentTime + 1);
    }
    const words = [trouble, open.length && !session() ? plural(said.alerts_late.open, open.length) : ''].join(' ').trim();
    if (line.textContent !== words) line.textContent = words;
    line.hidden = !words;
  };
  setInterval(() => void look(), EVERY_MS);
  void look();
}
