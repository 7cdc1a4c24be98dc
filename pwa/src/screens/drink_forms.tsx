// The forms beside the tiles: an amount that somebody measured, a question before an unusual entry, and a stop that only a
// reason gets past.

import { useState } from 'preact/hooks';
import { otherDraft } from '../drafts';
import { MOST_ML } from '../kinds/hydration_check';
import { fieldWords, said } from '../said';
import { session } from '../session';
import { state } from '../state';
import type { Fields } from '../types';
import { useOnce } from '../ui/hooks';
import { Stop } from '../ui/icons';
import { Button, Field, Problems } from '../ui/parts';
import { staffName } from '../view';
import { words } from '../words';
import { useDraft } from './use_draft';

const NOTHING = { drink: '', amount: '', food: false };

export function OtherAmount({ resident, onRecord, onBack }: { resident: string; onRecord: (drink: string, ml: number, food: Fields) => void; onBack: () => void }) {
  const once = useOnce();
  const [typing, type] = useDraft(otherDraft(resident), NOTHING);
  const { drink, amount, food } = typing;
  const [errors, setErrors] = useState<{ drink?: string; amount?: string }>({});

  function submit(event: Event) {
    event.preventDefault();
    const found: typeof errors = {};
    const typed = amount.trim().replace(/\s*ml$/i, '').replaceAll(',', '');
    if (!drink.trim()) found.drink = said.drink.other_what_missing;
    if (!typed) found.amount = said.drink.other_missing;
    else if (!/^\d+$/.test(typed)) found.amount = said.drink.other_bad;
    else if (Number(typed) > MOST_ML) found.amount = said.drink.other_most;
    setErrors(found);
    if (!Object.keys(found).length) once('other', () => onRecord(drink.trim(), Number(typed), food ? { from_food: true } : {}));
  }

  return (
    <form onSubmit={submit} noValidate autocomplete="off">
      <Problems list={[errors.drink, errors.amount].filter((one) => one !== undefined)} />
      <Field label={said.drink.other_what} error={errors.drink}>
        {(ids) => <input {...ids} class="nhsuk-input" data-testid="other-drink" autocomplete="off" value={drink} onInput={(event) => type({ ...typing, drink: event.currentTarget.value })} />}
      </Field>
      <Field label={said.drink.other_ml} error={errors.amount}>
        {(ids) => (
          <input {...ids} class="nhsuk-input nhsuk-input--width-5" data-testid="other-ml" inputMode="numeric" autocomplete="off" value={amount} onInput={(event) => type({ ...typing, amount: event.currentTarget.value })} />
        )}
      </Field>
      <label class="tm-chip tm-note">
        <input type="checkbox" data-testid="from-food" checked={food} onChange={(event) => type({ ...typing, food: event.currentTarget.checked })} />
        <span>{said.drink.from_food}</span>
      </label>
      <Button type="submit" data-testid="other-record">{words.drink.record}</Button>
      <Button kind="secondary" onClick={onBack}>{words.back}</Button>
    </form>
  );
}

export function StopAndCheck({ sentences, onGo, onBack }: { sentences: string[]; onGo: (reason: string) => void; onBack: () => void }) {
  const once = useOnce();
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string | null>(null);
  return (
    <div class="tm-stop" role="alertdialog" aria-label={words.stop.heading} data-testid="stop">
      <h3 class="tm-heading"><Stop /> {words.stop.heading}</h3>
      {sentences.map((sentence) => <p key={sentence} class="tm-stop__words">{sentence}</p>)}
      <Button data-testid="stop-no" onClick={onBack}>{said.drink.stop_no}</Button>
      <Field label={said.drink.stop_reason} error={error}>
        {(ids) => <input {...ids} class="nhsuk-input" data-testid="stop-reason" autocomplete="off" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />}
      </Field>
      <Button kind="secondary" data-testid="stop-go" onClick={() => (reason.trim() ? once('stop', () => onGo(reason.trim())) : setError(said.drink.stop_reason_missing))}>
        {said.drink.stop_go}
      </Button>
    </div>
  );
}

/** An amount or a time that is likelier a slip than meant: asked, never refused. */
export function AskFirst({ question, yes, onYes, onNo }: { question: string; yes: string; onYes: () => void; onNo: () => void }) {
  const once = useOnce();
  return (
    <div class="tm-ask" role="group" aria-label={words.stop.heading}>
      <p class="tm-ask__words">{question}</p>
      <Button data-testid="a-lot-yes" onClick={() => once('yes', onYes)}>{yes}</Button>
      <Button kind="secondary" onClick={onNo}>{said.drink.a_lot_no}</Button>
    </div>
  );
}

/** Who gave the drink, where that was not whoever writes it down. */
export function GaveBy({ value, onChoose }: { value: string; onChoose: (staff: string) => void }) {
  const me = session();
  return (
    <details class="tm-details" data-testid="gave-by">
      <summary>{fieldWords['performed_by']}: {staffName(value) ?? me?.name}</summary>
      <Field label={fieldWords['performed_by']!}>
        {(ids) => (
          <select {...ids} class="nhsuk-select" autocomplete="off" value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
            <option value="">{me?.name}</option>
            {state.staff.filter((one) => one.id !== me?.id).sort((a, b) => a.name.localeCompare(b.name)).map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
          </select>
        )}
      </Field>
    </details>
  );
}
