// In an alert about somebody's drinking: what was decided and by whom, or the question until somebody has.

import { iso } from '../clock';
import { decide, decisionOf, wantsDecision } from '../kinds/alert_decision';
import type { Draft } from '../outbox';
import { said } from '../said';
import { text } from '../state';
import { sayWhen } from '../time';
import { useOnce } from '../ui/hooks';
import { Button, Field, StateTag } from '../ui/parts';
import { authorName, zone, type Shown } from '../view';
import { fill, words } from '../words';
import { Escalate } from './shift_decisions';
import { useDraft } from './use_draft';

export function Decision({ alert, onAct }: { alert: Shown; onAct: (draft: Draft, sentence: string) => Promise<boolean> }) {
  const once = useOnce();
  const [advice, setAdvice] = useDraft(`alert=${alert.record} advice`, '');
  if (!wantsDecision(alert)) return null;
  const made = decisionOf(alert);
  const own = said.alert_life;
  const at = text(made?.fields['decided_at']);
  const asked = made && text(made.fields['contacted']) && !text(made.fields['advice_received_at']);
  return (
    <section class="tm-card" aria-label={own.decision} data-testid="decision">
      <h2 class="tm-heading">{own.decision}</h2>
      {made ? (
        <>
          <p class="tm-lead" data-testid="decided">{text(made.fields['decision'])} <StateTag state={made.state} /></p>
          <p class="tm-fine">{fill(own.decided_by, { name: authorName(made) ?? said.plain.unknown, time: sayWhen(at ? Date.parse(at) : made.happened_ms, Date.now(), zone()) })} <a class="tm-link" href={`#entry=${made.record}`}>{words.drink.entry}</a></p>
          {text(made.fields['advice']) && <p>{fill(own.advice, { words: text(made.fields['advice'])! })}</p>}
          {asked && (
            <form noValidate autocomplete="off" aria-label={said.shift_check.advice} onSubmit={(event) => {
              event.preventDefault();
              if (advice.trim()) once(advice, () => void onAct({ kind: 'escalation', record: made.record, resident: text(alert.fields['subject']), fields: { advice: advice.trim(), advice_received_at: iso(Date.now()) } }, own.advice_kept).then((saved) => saved && setAdvice('')));
            }}>
              <Field label={said.shift_check.advice}>
                {(ids) => <input {...ids} class="nhsuk-input" autocomplete="off" data-testid="advice" value={advice} onInput={(event) => setAdvice(event.currentTarget.value)} />}
              </Field>
              <Button kind="secondary" type="submit">{own.advice_go}</Button>
            </form>
          )}
        </>
      ) : (
        <>
          <p>{own.undecided}</p>
          <Escalate draft={`alert=${alert.record} decision`} low={undefined} onDecide={(low) => once('decide', () => void onAct(decide(alert, low), own.kept))} />
        </>
      )}
    </section>
  );
}
