// The app: read what this tablet holds, draw, and start talking to the server. In this order, so that it opens offline.

import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import './styles/floor.scss';
import { askToStay, refreshNames } from './enrol';
import { refresh } from './push';
import { route } from './route';
import { Shell } from './screens/shell';
import { Who } from './screens/who';
import { soon, start } from './sending';
import { grantForSync, session, watchIdle } from './session';
import { load, state, listen } from './state';
import { useTopics } from './ui/hooks';
import { later } from './ui/later';
import { watchTheme } from './ui/theme';
import { prune } from './tidy';
import { words } from './words';
import { startWorker } from './worker';

const Home = later(async () => (await import('./screens/home')).Home);
const Residents = later(async () => (await import('./screens/residents')).Residents);
const AlertScreen = later(async () => (await import('./screens/alert')).AlertScreen);
const Alerts = later(async () => (await import('./screens/alerts')).Alerts);
const NotSent = later(async () => (await import('./screens/not_sent')).NotSent);
const Help = later(async () => (await import('./screens/help')).Help);
const Enrol = later(async () => (await import('./screens/enrol')).Enrol);
const Notifications = later(async () => (await import('./screens/notifications')).Notifications);

function App() {
  useTopics('session', 'device');
  const [here, setHere] = useState(route);
  useEffect(() => {
    const moved = () => {
      setHere(route());
      scrollTo(0, 0);
    };
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return <Shell screen={here.screen}>{screen(here)}</Shell>;
}

function screen(here: ReturnType<typeof route>) {
  if (here.screen === 'enrol' || !state.enrolment) return <Enrol key={here.screen === 'enrol' ? here.code : ''} code={here.screen === 'enrol' ? here.code : ''} />;
  // Help works locked. An alert that was tapped waits behind the PIN and opens after it.
  if (here.screen === 'help') return <Help />;
  if (!session()) return <Who />;
  switch (here.screen) {
    case 'residents':
      return <Residents />;
    case 'alerts':
      return <Alerts />;
    case 'alert':
      return <AlertScreen key={here.id} id={here.id} />;
    case 'not-sent':
      return <NotSent />;
    case 'notifications':
      return <Notifications />;
    case 'home':
      return <Home />;
  }
}

async function begin() {
  document.title = words.name;
  watchTheme();
  await load();
  render(<App />, document.getElementById('app')!);
  // What follows the PIN is fetched while it is being entered.
  void import('./screens/home').catch(() => undefined);
  void import('./screens/residents').catch(() => undefined);
  watchIdle();
  start(grantForSync);
  listen('session', () => session() && soon());
  void refreshNames();
  if (state.enrolment) void askToStay();
  void prune();
  await startWorker();
  void refresh().catch(() => undefined);
}

void begin();
