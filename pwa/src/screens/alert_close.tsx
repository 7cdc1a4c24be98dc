// Closing an alert, or pausing it: only for whoever has taken it on.

import { useState } from 'preact/hooks';
import { mayPause, resolve, snooze } from '../kinds/alert';
import { closing } from '../kinds/alert_decision';
import type { Draft } from '../outbox';
import { useOnce } from '../ui/hooks';
import { Button, Choice, Field, Problems } from '../ui/parts';
import type { Shown } from '../view';
import { english, words } from '../words';
import { useDraft } from './use_draft';

type Outcome = keyof typeof words.alert.outcomes;
interface Closing {
  outcome: Outcome | null;
  evidence: string;
}
const NOTHING: Closing = { outcome: null, evidence: '' };

/** Resolving needs a result and what shows it; pausing needs a reason and an end. Only after taking it. */
export function Close({ alert, onAct }: { alert: Shown; onAct: (draft: Draft, said: string, also?: Draft | null) => Promise<boolean> }) {
  const once = useOnce();
  const [begun, begin] = useDraft<Closing | string>(`alert=${alert.record}`, NOTHING);
  // A version ago the evidence alone was kept.
  const closes = typeof begun === 'string' ? { ...NOTHING, evidence: begun } : begun;
  const { outcome, evidence } = closes;
  const [reason, setReason] = useDraft(`alert=${alert.record} pause`, '');
  const [minutes, setMinutes] = useState<'30' | '60'>('30');
  const [errors, setErrors] = useState<{ outcome?: string; evidence?: string; reason?: string }>({});

  function done(event: Event) {
    event.preventDefault();
    const found: typeof errors = {};
    if (!outcome) found.outcome = words.alert.outcome_missing;
    if (!evidence.trim()) found.evidence = words.alert.evidence_missing;
    setErrors(found);
    if (outcome && evidence.trim()) once('resolve', () => void onAct(resolve(alert, outcome, evidence.trim()), words.alert.resolve_go, closing(alert, outcome, english.words.alert.outcomes[outcome], evidence.trim())).then((saved) => saved && begin(NOTHING)));
  }

  function pause(event: Event) {
    event.preventDefault();
    if (!reason.trim()) return setErrors({ reason: words.alert.snooze_missing });
    setErrors({});
    once('snooze', () => void onAct(snooze(alert, Number(minutes), reason.trim()), words.alert.snooze_go).then((saved) => saved && setReason('')));
  }

  return (
    <>
      <details class="tm-details" open={Boolean(errors.outcome || errors.evidence)} data-testid="resolve">
        <summary>{words.alert.resolve}</summary>
        <form onSubmit={done} noValidate autocomplete="off" aria-label={words.alert.resolve}>
          <Problems list={[errors.outcome, errors.evidence].filter((one) => one !== undefined)} />
          <Choice legend={words.alert.outcome} name="outcome" value={outcome} onChoose={(chosen) => begin({ ...closes, outcome: chosen })} options={Object.entries(words.alert.outcomes) as [Outcome, string][]} />
          <Field label={words.alert.evidence} hint={words.alert.evidence_hint} error={errors.evidence}>
            {(ids) => <textarea {...ids} class="nhsuk-textarea" rows={2} autocomplete="off" data-testid="evidence" value={evidence} onInput={(event) => begin({ ...closes, evidence: event.currentTarget.value })} />}
          </Field>
          <Button type="submit" data-testid="resolve-go">{words.alert.resolve_go}</Button>
        </form>
      </details>
      {mayPause(alert) && (
        <details class="tm-details" open={Boolean(errors.reason)} data-testid="snooze">
          <summary>{words.alert.snooze}</summary>
          <form onSubmit={pause} noValidate autocomplete="off" aria-label={words.alert.snooze}>
            <Choice legend={words.alert.snooze_until} name="until" value={minutes} onChoose={setMinutes} options={[['30', words.alert.snooze_30], ['60', words.alert.snooze_60]]} />
            <Field label={words.alert.snooze_reason} error={errors.reason}>
              {(ids) => <input {...ids} class="nhsuk-input" autocomplete="off" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />}
            </Field>
            <Button type="submit" kind="secondary">{words.alert.snooze_go}</Button>
          </form>
        </details>
      )}
    </>
  );
}
