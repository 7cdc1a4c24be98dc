// A list of things, each asked in the same few questions. An id is made here and now, so that two tablets' lists join.

import { useState } from 'preact/hooks';
import { problemsOf } from '../answers';
import type { Question } from '../form';
import { uuid7 } from '../ids';
import { formWords, said } from '../said';
import type { Fields } from '../types';
import { Button, Problems, Tile } from '../ui/parts';
import { fill } from '../words';
import { itemLine } from './plain';
import { Folded, labelOf, type Answering } from './questions';

export function Items({ kind, question, answers, onAnswer, parts, none }: Answering & { parts: readonly Question[]; none: string | undefined }) {
  const list = Array.isArray(answers[question.field]) ? (answers[question.field] as Fields[]) : [];
  const [adding, setAdding] = useState<Fields | null>(null);
  const [problems, setProblems] = useState<{ field: string; sentence: string }[]>([]);
  const own = formWords(kind).fields[question.field];

  function keep() {
    const found = problemsOf(kind, parts, adding!);
    setProblems(found);
    if (found.length) return;
    const kept = Object.fromEntries(Object.entries(adding!).filter(([, value]) => value !== undefined && value !== null && value !== ''));
    onAnswer({ [question.field]: [...list, { id: uuid7(Date.now()), ...kept }], ...(none ? { [none]: undefined } : {}) });
    setAdding(null);
  }

  return (
    <>
      {none && <Tile class="tm-wide" data-testid={`none-${question.field}`} aria-pressed={answers[none] === true} big={own?.none ?? said.plain.none} onClick={() => onAnswer({ [none]: true, [question.field]: undefined }, true)} />}
      {list.length > 0 && (
        <ul class="tm-entries">
          {list.map((item) => (
            <li key={String(item['id'])} data-testid={`item-${question.field}`}>
              <p>{itemLine(kind, item)}</p>
              <Button kind="secondary" onClick={() => onAnswer({ [question.field]: list.filter((one) => one !== item) })}>{said.form.remove}</Button>
            </li>
          ))}
        </ul>
      )}
      {adding ? (
        <div class="tm-correct" role="group" aria-label={own?.add ?? fill(said.form.add, { label: labelOf(kind, question) })}>
          <Problems list={problems.map((one) => one.sentence)} />
          {parts.map((part) => (
            <Folded key={part.field} kind={kind} question={part} answers={adding} error={problems.find((one) => one.field === part.field)?.sentence ?? null} onAnswer={(more) => setAdding({ ...adding, ...more })} />
          ))}
          <Button data-testid={`keep-${question.field}`} onClick={keep}>{said.form.keep_item}</Button>
          <Button kind="secondary" onClick={() => setAdding(null)}>{said.form.drop_item}</Button>
        </div>
      ) : (
        <Button kind="secondary" class="tm-wide" data-testid={`add-${question.field}`} onClick={() => setAdding({})}>{own?.add ?? fill(said.form.add, { label: labelOf(kind, question) })}</Button>
      )}
    </>
  );
}
