// Screen 29: notifications on this phone. First what they are, then the question, then a test with its real time.

import { useEffect, useState } from 'preact/hooks';
import { standing, test, turnOff, turnOn, type Push } from '../push';
import { state } from '../state';
import { useTopics } from '../ui/hooks';
import { Button, Problems } from '../ui/parts';
import { fill, words } from '../words';

export function Notifications() {
  useTopics('link');
  const [now, setNow] = useState<Push | null>(null);
  const [busy, setBusy] = useState<'on' | 'test' | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [result, setResult] = useState<number | 'failed' | null>(null);
  useEffect(() => void standing().then(setNow), []);

  async function on() {
    setBusy('on');
    setProblem(null);
    const turned = await turnOn().catch(() => 'failed' as const);
    setBusy(null);
    if (turned !== 'on') setProblem(words.push[turned]);
    setNow(await standing());
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
      <h1 class="tm-title">{words.push.title}</h1>
      <Problems list={problem ? [problem] : []} />
      <section class="tm-card">
        <ul class="tm-sentences">
          <li>{words.push.intro}</li>
          <li>{words.push.private}</li>
          <li>{words.push.tap}</li>
        </ul>
        {now === 'unsupported' && <p class="tm-lead">{words.push.unsupported}</p>}
        {now === 'denied' && <p class="tm-lead">{words.push.denied}</p>}
        {now === 'not_installed' && (
          <>
            <p class="tm-lead">{words.push.not_installed}</p>
            <ol class="tm-sentences">{words.push.steps.map((step) => <li key={step}>{step}</li>)}</ol>
          </>
        )}
        {now === 'off' && (
          <>
            <p class="tm-lead">{words.push.off}</p>
            <Button data-testid="push-on" aria-disabled={busy === 'on'} onClick={() => busy || void on()}>{busy === 'on' ? words.push.turning_on : words.push.turn_on}</Button>
          </>
        )}
        {now === 'on' && (
          <>
            <p class="tm-lead" data-testid="push-is-on">{words.push.on}</p>
            {state.link === 'unreachable' ? <p>{words.push.offline}</p> : <Button data-testid="push-test" aria-disabled={busy === 'test'} onClick={() => busy || void tryIt()}>{words.push.test}</Button>}
            <Button kind="secondary" onClick={() => void off()}>{words.push.turn_off}</Button>
          </>
        )}
        <div role="status">
          {busy === 'test' && <p>{words.push.testing}</p>}
          {typeof result === 'number' && <p class="tm-lead">{fill(words.push.test_ok, { seconds: result.toFixed(1) })}</p>}
          {result === 'failed' && (
            <>
              <p class="tm-lead">{words.push.test_failed}</p>
              <ol class="tm-sentences">{words.push.checks.map((one) => <li key={one}>{one}</li>)}</ol>
            </>
          )}
        </div>
      </section>
    </>
  );
}
