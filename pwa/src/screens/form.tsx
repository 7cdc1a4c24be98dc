// A form: a few questions a page, kept on every change, saved once. Which questions is the kind's business
// (`kinds/<kind>.tsx`); what is said when they are saved, corrected or left half done is the same for all.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { askedOf, fieldsOf, problemsOf, type Problem } from '../answers';
import { draft, keepDraft } from '../drafts';
import type { Form } from '../form';
import { formOf } from '../forms';
import { heldIn } from '../kinds/record_system';
import { formWords, said } from '../said';
import { tell, text } from '../state';
import type { Fields } from '../types';
import { useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Problems } from '../ui/parts';
import { view } from '../view';
import { fill, words } from '../words';
import { CorrectForm } from './form_correct';
import { Saved } from './form_saved';
import { personOf } from './plain';
import { Prompt } from './prompt';
import { Ask } from './questions';
import '../styles/more.scss';

/** `id` is the kind, or the kind and the record that the form is opened for: `incident`, `incident.0193…`. */
export function FormScreen({ id, onEnd }: { id: string; onEnd?: () => void }) {
  const [kind = '', about = null] = id.split(/\.(.*)/);
  const [saved, setSaved] = useState<string | null>(null);
  const form = formOf(kind);
  if (!form) return <p class="tm-empty">{said.form.unknown}</p>;
  const shown = about ? view(about) : null;
  if (shown?.kind === kind) return <CorrectForm form={form} shown={shown} />;
  if (saved) return <Saved form={form} record={saved} again={() => setSaved(null)} {...(onEnd ? { onEnd } : {})} />;
  return <FillIn form={form} about={about} id={id} onSaved={setSaved} />;
}

/** What is known before anybody is asked: what the kind says, and the person the form was opened for. */
function known(form: Form, about: string | null): Fields {
  const person = about && view(about)?.kind === 'resident' ? { resident: about } : {};
  return { ...person, ...form.start?.(about) };
}

function FillIn({ form, about, id, onSaved }: { form: Form; about: string | null; id: string; onSaved: (record: string) => void }) {
  // What a form warns of may change while it is filled in: the rota, another's allocation.
  useTopics('records');
  const once = useOnce();
  const [answers, setAnswers] = useState<Fields | null>(null);
  const [page, setPage] = useState(0);
  const [problems, setProblems] = useState<Problem[]>([]);
  const [failed, setFailed] = useState<string | null>(null);
  const top = useRef<HTMLHeadingElement>(null);
  const turned = useRef(false);
  const key = `form:${id}`;

  useLayoutEffect(() => {
    void draft(key).then((kept) => {
      const begun = kept ? (JSON.parse(kept) as { answers: Fields; page: number }) : null;
      setAnswers({ ...known(form, about), ...begun?.answers });
      setPage(begun?.page ?? 0);
    });
  }, [key]);
  // As the page is drawn and not after it: by then somebody may be typing in a field of it.
  useLayoutEffect(() => {
    if (turned.current) top.current?.focus();
    turned.current = false;
  });
  if (!answers) return null;

  const person = about && view(about)?.kind === 'resident' ? personOf({ fields: { resident: about } }) : null;
  // What follows from the record that it was opened for is not asked again.
  const follows = about ? known(form, about) : {};
  const pagesOf = (given: Fields) => form.pages.map((one) => askedOf(one, given).filter(({ field }) => !(field in follows))).filter((one) => one.length);
  const pages = pagesOf(answers);
  const at = Math.min(page, pages.length - 1);
  const last = at === pages.length - 1;
  const own = formWords(form.kind);
  const system = heldIn(form.kind);

  function keep(more: Fields, to = at): Fields {
    const all = { ...answers, ...more };
    setAnswers(all);
    setPage(to);
    void keepDraft(key, JSON.stringify({ answers: all, page: to }));
    return all;
  }

  function turn(to: number, more: Fields = {}) {
    setProblems([]);
    setFailed(null);
    turned.current = true;
    keep(more, to);
    scrollTo(0, 0);
  }

  function answer(said: Fields, settled?: true) {
    const more = { ...said, ...form.learn?.(said, answers!) };
    const next = { ...answers, ...more };
    const alone = pages[at]!.length === 1 && settled === true;
    if (alone && pagesOf(next).length > at + 1) turn(at + 1, more);
    else keep(more);
  }

  function onward(event: Event) {
    event.preventDefault();
    if (!last) {
      const found = problemsOf(form.kind, pages[at]!, answers!);
      return found.length ? setProblems(found) : turn(at + 1);
    }
    const found = [...problemsOf(form.kind, pages.flat(), answers!), ...Object.entries(form.check?.(answers!) ?? {}).map(([field, sentence]) => ({ field, sentence }))];
    if (!found.length) return once('save', () => void save());
    // The first page that has something to put right, so that nobody looks for it.
    const first = pages.findIndex((one) => one.some((question) => found.some((problem) => problem.field === question.field)));
    setProblems(found);
    if (first >= 0 && first !== at) keep({}, first);
  }

  async function save() {
    const fields = fieldsOf(form, answers!);
    const happened = form.happened ? Date.parse(String(fields[form.happened] ?? '')) : NaN;
    try {
      const made = await record({ kind: form.kind, fields, ...(happened <= Date.now() ? { happened } : {}) });
      for (const more of form.after?.(fields, made.record) ?? []) await record(more);
      await keepDraft(key, '');
      const whom = text(fields['resident']);
      if (whom) tell(`resident:${whom}`);
      announce(fill(said.form.announced, { title: own.title }));
      onSaved(made.record);
      scrollTo(0, 0);
    } catch (error) {
      setFailed(sayNotSaved(error));
    }
  }

  return (
    <form noValidate autocomplete="off" onSubmit={onward} data-testid={`form-${form.kind}`}>
      <h1 class="tm-title">{own.title}</h1>
      {person && <p class="tm-lead">{person}</p>}
      {at === 0 && own.lead && <p>{own.lead}</p>}
      {at === 0 && <Prompt name={form.kind} />}
      {at === 0 && system && <p class="tm-old" data-testid="elsewhere">{fill(said.form.elsewhere, { system })}</p>}
      {pages.length > 1 && <h2 class="tm-fine tm-page" tabIndex={-1} ref={top}>{fill(said.form.page, { n: at + 1, of: pages.length })}</h2>}
      <Problems list={failed ? [failed] : problems.map((one) => one.sentence)} />
      {pages[at]!.map((question) => (
        <Ask key={question.field} kind={form.kind} question={question} answers={answers} error={problems.find((one) => one.field === question.field)?.sentence ?? null} onAnswer={answer} />
      ))}
      {last && (form.warn?.(answers) ?? []).map((one) => <p class="tm-old" key={one} data-testid="warning">{one}</p>)}
      <Button type="submit" class="tm-wide" data-testid={last ? 'form-save' : 'form-next'}>{last ? said.form.save : said.form.next}</Button>
      {at > 0 && <Button kind="secondary" class="tm-wide" data-testid="form-back" onClick={() => turn(at - 1)}>{words.back}</Button>}
      <p class="tm-fine">{said.form.kept}</p>
    </form>
  );
}
