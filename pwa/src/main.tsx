// The app: read what this tablet holds, draw, and start talking to the server. In this order, so that it opens offline.

import { render } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import './styles/floor.scss';
import { PRACTICE } from './practice';
import { route } from './route';
import { fetchRest, Later } from './screens/later';
import { Residents } from './screens/residents';
import { Shell } from './screens/shell';
import { Who } from './screens/who';
import { soon, start } from './sending';
import { fetchBesides, grantForSync, session, watchIdle } from './session';
import { load, state, listen } from './state';
import { useTopics } from './ui/hooks';
import { watchLook } from './ui/theme';
import { words } from './words';
import { watchVisits } from './visits';

function App() {
  useTopics('session', 'device');
  const [here, setHere] = useState(route);
  useLayoutEffect(() => {
    const moved = () => {
      setHere(route());
      scrollTo(0, 0);
    };
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return <Shell key={document.documentElement.lang} screen={here.screen}>{screen(here)}</Shell>;
}

function screen(here: ReturnType<typeof route>) {
  if (here.screen === 'enrol' || !state.enrolment) {
    const code = here.screen === 'enrol' ? here.code : '';
    return <Later key={code} screen="enrol" code={code} />;
  }
  // Help works locked. An alert that was tapped waits behind the PIN and opens after it.
  if (here.screen === 'help') return <Later screen="help" />;
  if (!session()) return here.screen === 'emergency' || here.screen === 'typed' ? <Later key={here.screen} screen={here.screen} /> : <Who />;
  if ('id' in here) return <Later key={here.screen + here.id} {...here} />;
  switch (here.screen) {
    case 'residents':
      return <Residents />;
    // The two of the lock screen have no use once somebody has unlocked it.
    case 'emergency':
    case 'typed':
      return <Later key="home" screen="home" />;
    default:
      return <Later key={here.screen} screen={here.screen} />;
  }
}

async function begin() {
  document.title = words.name;
  watchLook();
  fetchBesides(fetchRest);
  if (PRACTICE) await fetchRest().then(({ openPractice }) => openPractice());
  else await load();
  // Somebody has chosen another language here; without it the app speaks English, and works.
  if (localStorage.getItem('tidemark-language')) await fetchRest().then(({ speak }) => speak()).catch(() => undefined);
  render(<App />, document.getElementById('app')!);
  watchIdle();
  if (!PRACTICE) {
    start(grantForSync);
    listen('session', () => session() && soon());
    watchVisits();
  }
  // Nothing on the screen waits for any of this, and each is tried by itself; the worker comes first, as it keeps the app.
  const rest = await fetchRest().catch(() => null);
  if (!rest) return;
  rest.startSending();
  if (PRACTICE) return;
  if (state.enrolment) for (const ask of [rest.refreshNames, rest.askToStay]) void ask().catch(() => undefined);
  await rest.startWorker().catch(() => undefined);
  rest.startReporting();
  rest.keepFaces();
  rest.watchAlerts();
  for (const tidy of [rest.prune, rest.refreshPush]) void tidy().catch(() => undefined);
}

void begin();
