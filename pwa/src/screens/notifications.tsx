// Screen 29: notifications on this phone. First what they are, then the question, then a test with its real time.

import { useLayoutEffect, useState } from 'preact/hooks';
import { standing, test, turnOff, turnOn, type Push } from '../push';
import { said } from '../said';
import { state } from '../state';
import { useTopics } from '../ui/hooks';
import { Button, Problems } from '../ui/parts';
import { fill } from '../words';

export function Notifications() {
  useTopics('link');
  const [now, setNow] = useState<Push | null>(null);
  const [busy, setBusy] = useState<'on' | 'test' | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [result, setResult] = useState<number | 'failed' | null>(null);
  useLayoutEffect(() => void standing().then(setNow), []);

  async function on() {
    setBusy('on');
    setProblem(null);
    const turned = await turnOn().catch(() => 'failed' as const);
    setBusy(null);
    if (turned !== 'on') setProblem(said.notifications[turned]);
    setNow(await standing());
    if (turned === 'on') await tryIt();
  }

  async function off() {
    await turnOff().catch(() => undefined);
    setNow(await standing());
  }

  async function tryIt() {
    setBusy('test');
    setResult(null);
    const seconds = await test().catch(() => null);
    setBusy(null);
    setResult(seconds ?? 'failed');
  }

  return (
    <>
      <h1 class="tm-title">{said.notifications.title}</h1>
      <Problems list={problem ? [problem] : []} />
      <section class="tm-card">
        <ul class="tm-sentences">
          <li>{said.notifications.intro}</li>
          <li>{said.notifications.private}</li>
          <li>{said.notifications.tap}</li>
        </ul>
        {now === 'unsupported' && <p class="tm-lead">{said.notifications.unsupported}</p>}
        {now === 'denied' && <p class="tm-lead">{said.notifications.denied}</p>}
        {now === 'not_installed' && (
          <>
            <p class="tm-lead">{said.notifications.not_installed}</p>
            <ol class="tm-sentences">{said.notifications.steps.map((step) => <li key={step}>{step}</li>)}</ol>
          </>
        )}
        {now === 'off' && (
          <>
            <p class="tm-lead">{said.notifications.off}</p>
            <Button data-testid="push-on" aria-disabled={busy === 'on'} onClick={() => busy || void on()}>{busy === 'on' ? said.notifications.turning_on : said.notifications.turn_on}</Button>
          </>
        )}
        {now === 'on' && (
          <>
            <p class="tm-lead" data-testid="push-is-on">{said.notifications.on}</p>
            {state.link === 'unreachable' ? <p>{said.notifications.offline}</p> : <Button data-testid="push-test" aria-disabled={busy === 'test'} onClick={() => busy || void tryIt()}>{said.notifications.test}</Button>}
            <Button kind="secondary" onClick={() => void off()}>{said.notifications.turn_off}</Button>
          </>
        )}
        <div role="status">
          {busy === 'test' && <p>{said.notifications.testing}</p>}
          {typeof result === 'number' && <p class="tm-lead">{fill(said.notifications.test_ok, { seconds: result.toFixed(1) })}</p>}
          {result === 'failed' && (
            <>
              <p class="tm-lead">{said.notifications.test_failed}</p>
              <ol class="tm-sentences">{said.notifications.checks.map((one) => <li key={one}>{one}</li>)}</ol>
            </>
          )}
        </div>
      </section>
    </>
  );
}
