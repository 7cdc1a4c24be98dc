// A record opened again in its own form: what is changed is written, with why; the first version stays readable.

import { useLayoutEffect, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { askedOf, fieldsOf, problemsOf, type Problem } from '../answers';
import { draft, keepDraft } from '../drafts';
import type { Form } from '../form';
import { go } from '../route';
import { formWords, said } from '../said';
import { tell, text } from '../state';
import type { Fields } from '../types';
import { useOnce } from '../ui/hooks';
import { announce, Button, Choice, Problems } from '../ui/parts';
import type { Shown } from '../view';
import { english, words } from '../words';
import { inALine, personOf } from './plain';
import { Folded } from './questions';

type Why = keyof typeof words.correct.reasons;
/** Kept with what is changed, and no field of it. */
const WHY = '_why';
const REASONS = Object.entries(words.correct.reasons).filter(([code]) => code !== 'amount') as [Why, string][];

export function CorrectForm({ form, shown }: { form: Form; shown: Shown }) {
  const once = useOnce();
  const [more, setMore] = useState<Fields>({});
  const [problems, setProblems] = useState<Problem[]>([]);
  const key = `form:${form.kind}.${shown.record}`;
  useLayoutEffect(() => void draft(key).then((kept) => kept && setMore(JSON.parse(kept) as Fields)), [key]);
  const answers = { ...shown.fields, ...more };
  const why = more[WHY] as Why | undefined;
  const questions = askedOf(form.pages.flat(), answers);

  function answer(change: Fields) {
    const all = { ...more, ...change };
    setMore(all);
    void keepDraft(key, JSON.stringify(all));
  }

  async function keep(fields: Fields) {
    try {
      const person = text(shown.fields['resident']);
      await record({ kind: form.kind, record: shown.record, resident: person, fields: { ...fields, correction_reason: english.words.correct.reasons[why!] } });
      await keepDraft(key, '');
      for (const one of [person, text(fields['resident'])]) if (one) tell(`resident:${one}`);
      announce(words.drink.corrected);
      go(`entry=${shown.record}`);
    } catch (error) {
      setProblems([{ field: '', sentence: sayNotSaved(error) }]);
    }
  }

  function change(event: Event) {
    event.preventDefault();
    const fields = changed(form, shown.fields, answers);
    const found = [...problemsOf(form.kind, questions, answers), ...Object.entries(form.check?.(answers) ?? {}).map(([field, sentence]) => ({ field, sentence }))];
    if (!Object.keys(fields).length) found.push({ field: '', sentence: said.form.nothing_changed });
    if (!why) found.push({ field: '', sentence: words.correct.reason_missing });
    if (found.length) return setProblems(found);
    once('change', () => void keep(fields));
  }

  function strike() {
    if (!why) return setProblems([{ field: '', sentence: words.correct.reason_missing }]);
    once('strike', () => void keep({ struck_out: true }));
  }

  return (
    <form noValidate autocomplete="off" onSubmit={change} data-testid={`correct-${form.kind}`}>
      <h1 class="tm-title">{words.correct.title}: {formWords(form.kind).title}</h1>
      {personOf(shown) && <p class="tm-lead">{personOf(shown)}</p>}
      <p class="tm-lead">{inALine(shown.kind, shown.fields)}</p>
      <Problems list={problems.map((one) => one.sentence)} />
      <Choice legend={words.correct.reason} name="why" value={why ?? null} onChoose={(chosen) => answer({ [WHY]: chosen })} options={REASONS} />
      {questions.map((question) => (
        <Folded key={question.field} kind={form.kind} question={question} answers={answers} error={problems.find((one) => one.field === question.field)?.sentence ?? null} onAnswer={answer} />
      ))}
      <Button type="submit" class="tm-wide" data-testid="form-change">{said.form.save_change}</Button>
      <Button kind="warning" class="tm-wide" data-testid="form-strike" onClick={strike}>{words.correct.strike}</Button>
      <p class="tm-fine">{words.correct.kept}</p>
    </form>
  );
}

/** Only what differs from what was said; an answer that no longer applies is cleared. */
function changed(form: Form, before: Fields, answers: Fields): Fields {
  const now = fieldsOf(form, answers);
  const named = new Set([...form.pages.flat().map((question) => question.field), ...(form.sets ?? [])]);
  const fields: Fields = {};
  for (const name of named) {
    if (JSON.stringify(now[name] ?? null) !== JSON.stringify(before[name] ?? null)) fields[name] = now[name] ?? null;
  }
  if (form.happened && Date.parse(String(fields[form.happened])) <= Date.now()) fields['occurred_at'] = fields[form.happened];
  return fields;
}
