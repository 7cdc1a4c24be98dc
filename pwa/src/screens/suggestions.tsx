// "Suggestions for plans": what people said that they like or need, each answered by somebody who may change a plan.

import { useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { planOf } from '../kinds/hydration_plan';
import { said } from '../said';
import { session } from '../session';
import { accept, joined, openSuggestions, refuse, type Suggestion } from '../kinds/suggestions';
import { tell } from '../state';
import { sayWhen } from '../time';
import { useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Field, Problems } from '../ui/parts';
import { zone } from '../view';
import { fill, words } from '../words';
import { Facts } from './check';
import { personOf, valueOf } from './plain';
import { useDraft } from './use_draft';
import '../styles/more.scss';

/** Who may write a hydration plan (sync/roles.py, PLANNERS). */
const PLANNERS = new Set(['senior_carer', 'shift_leader', 'duty_manager', 'nutrition_lead', 'care_coordinator', 'deputy_manager', 'registered_manager', 'provider_quality_lead', 'provider_lead', 'nominated_individual']);

export function Suggestions() {
  useTopics('records', 'queue', 'session');
  const all = openSuggestions();
  const plans = session()?.roles.some((role) => PLANNERS.has(role)) ?? false;
  return (
    <>
      <h1 class="tm-title">{said.suggestions.title}</h1>
      {all.length === 0 && <p class="tm-empty">{said.suggestions.empty}</p>}
      {all.length > 0 && !plans && <p class="tm-old">{said.suggestions.ask_senior}</p>}
      {all.map((one) => <One key={one.followUp.record} one={one} plans={plans} />)}
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
    </>
  );
}

function One({ one, plans }: { one: Suggestion; plans: boolean }) {
  const once = useOnce();
  const [why, setWhy] = useDraft(`suggestions ${one.followUp.record}`, '');
  const [problems, setProblems] = useState<string[]>([]);

  async function answer(yes: boolean) {
    if (!yes && !why.trim()) return setProblems([said.suggestions.why_missing]);
    const drafts = yes ? accept(one, session()!.id) : [refuse(one, why.trim())];
    if (!drafts) return setProblems([said.suggestions.no_plan]);
    try {
      for (const draft of drafts) await record(draft);
      setWhy('');
      tell(`resident:${one.person}`);
      announce(said.suggestions.answered);
    } catch (error) {
      setProblems([sayNotSaved(error)]);
    }
  }

  return (
    <section class="tm-card" data-testid="suggestion">
      <h2 class="tm-heading">{personOf({ fields: { resident: one.person } }) ?? said.plain.unknown}</h2>
      <Problems list={problems} />
      <Facts of={[
        [fill(said.suggestions.said, { time: sayWhen(one.followUp.happened_ms, Date.now(), zone()) }), one.words],
        [said.suggestions.now[one.field], valueOf('hydration_plan', one.field, planOf(one.person).fields[one.field])],
        [said.suggestions.would, valueOf('hydration_plan', one.field, joined(one))],
      ]} />
      {plans && (
        <>
          <Button class="tm-wide" data-testid="suggestion-yes" onClick={() => once('yes', () => void answer(true))}>{said.suggestions.yes}</Button>
          <Field label={said.suggestions.why}>
            {(ids) => <input {...ids} class="nhsuk-input" data-testid="suggestion-why" autocomplete="off" value={why} onInput={(event) => setWhy(event.currentTarget.value)} />}
          </Field>
          <Button kind="secondary" class="tm-wide" data-testid="suggestion-no" onClick={() => once('no', () => void answer(false))}>{said.suggestions.no}</Button>
        </>
      )}
    </section>
  );
}
