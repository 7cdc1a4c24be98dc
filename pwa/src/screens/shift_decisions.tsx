// What a senior carer can decide of a gap or of low intake: whom they told, why nothing was needed, or why nobody was told.

import { useState } from 'preact/hooks';
import { iso } from '../clock';
import type { Low } from '../kinds/shift_hydration_check';
import { english_said, said } from '../said';
import { Button, Field, Tile } from '../ui/parts';
import { fill } from '../words';
import { useDraft } from './use_draft';

// What is chosen is kept in the record, which everybody reads: in English.
const CONTACTS = Object.keys(said.shift_check.contact) as (keyof typeof said.shift_check.contact)[];
const REASONS = Object.keys(said.shift_check.reasons) as (keyof typeof said.shift_check.reasons)[];

/** To whom a gap was taken. */
export function Whom({ onChoose }: { onChoose: (who: string) => void }) {
  return (
    <div class="tm-tiles" role="group" aria-label={said.shift_check.escalate}>
      {CONTACTS.map((code) => <Tile key={code} data-testid="whom" big={said.shift_check.contact[code]} onClick={() => onChoose(english_said.said.shift_check.contact[code])} />)}
    </div>
  );
}

/** Why no drink was needed: a reason of a few, or one in words; never a bare "not needed". */
export function NotNeeded({ draft, onChoose }: { draft: string; onChoose: (why: string) => void }) {
  return (
    <div role="group" aria-label={said.shift_check.not_needed}>
      <div class="tm-tiles">
        {REASONS.map((code) => <Tile key={code} data-testid="why" big={said.shift_check.reasons[code]} onClick={() => onChoose(english_said.said.shift_check.reasons[code])} />)}
      </div>
      <InWords draft={draft} label={said.shift_check.something_else} button={said.shift_check.record_it} onSay={onChoose} />
    </div>
  );
}

/** Low intake: whom was contacted and what they advised, or "no escalation because…", which is a decision too. */
export function Escalate({ draft, low, onDecide }: { draft: string; low: Low | undefined; onDecide: (low: Low) => void }) {
  const [changing, setChanging] = useState(false);
  const [because, setBecause] = useState(false);
  const decide = (one: Low) => {
    setChanging(false);
    setBecause(false);
    onDecide(one);
  };
  if (low && !changing)
    return (
      <>
        {low.contacted && (
          <Field label={said.shift_check.advice}>
            {(ids) => <input {...ids} class="nhsuk-input" autocomplete="off" value={low.advice ?? ''} onInput={(event) => onDecide({ ...low, advice: event.currentTarget.value })} />}
          </Field>
        )}
        <Button kind="secondary" onClick={() => setChanging(true)}>{said.shift_check.change}</Button>
      </>
    );
  return (
    <div role="group" aria-label={said.shift_check.decision}>
      <p class="tm-legend">{said.shift_check.decision}</p>
      <Whom onChoose={(who) => decide({ decision: fill(english_said.said.shift_check.contacted, { who }), contacted: who, contacted_at: iso(Date.now()) })} />
      <Button kind="secondary" data-testid="no-escalation" aria-expanded={because} onClick={() => setBecause(!because)}>{said.shift_check.no_escalation}</Button>
      {because && <InWords draft={draft} label={said.shift_check.because} button={said.shift_check.record_it} onSay={(why) => decide({ decision: `${english_said.said.shift_check.no_escalation} ${why}`, no_escalation_reason: why })} />}
    </div>
  );
}

/** What is typed is kept under `draft` until it is said (use_draft.ts). */
function InWords({ draft, label, button, onSay }: { draft: string; label: string; button: string; onSay: (why: string) => void }) {
  const [typed, setTyped] = useDraft(draft, '');
  const [error, setError] = useState<string | null>(null);
  function say() {
    setTyped('');
    onSay(typed.trim());
  }
  return (
    <>
      <Field label={label} error={error}>
        {(ids) => <input {...ids} class="nhsuk-input" data-testid="in-words" autocomplete="off" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />}
      </Field>
      <Button kind="secondary" data-testid="in-words-go" onClick={() => (typed.trim() ? say() : setError(said.shift_check.because_missing))}>{button}</Button>
    </>
  );
}
