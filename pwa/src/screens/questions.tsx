// One question of a form, drawn by what it asks. Nothing is chosen before somebody has chosen it.

import { useId } from 'preact/hooks';
import type { Question } from '../form';
import { codesOf, formWords, said } from '../said';
import type { Fields } from '../types';
import { Choice, Field, Tile } from '../ui/parts';
import { fill, word } from '../words';
import { Counts } from './ask_counts';
import { Items } from './ask_items';
import { Moment } from './ask_moment';
import { People, ShiftNames, Staff, Units } from './ask_who';
import { valueOf } from './plain';

export interface Answering {
  kind: string;
  question: Question;
  answers: Fields;
  error: string | null;
  /** `settled`: a tap that answers the whole question, so that a page with nothing else moves on. */
  onAnswer: (more: Fields, settled?: true) => void;
}

export function labelOf(kind: string, question: Question): string {
  const label = formWords(kind).fields[question.field]?.label ?? word({}, question.field);
  return question.optional ? fill(said.form.optional, { label }) : label;
}

export function Ask(props: Answering) {
  const { kind, question, answers, error, onAnswer } = props;
  const label = labelOf(kind, question);
  const answer = answers[question.field];
  const set = (value: unknown, settled?: true) => onAnswer({ [question.field]: value }, settled);
  switch (question.ask) {
    case 'text':
      return (
        <Field label={label} error={error} {...hint(props)}>
          {(ids) => question.short ? (
            <input {...ids} class="nhsuk-input" data-testid={`ask-${question.field}`} autocomplete="off" value={String(answer ?? '')} onInput={(event) => set(event.currentTarget.value)} />
          ) : (
            <textarea {...ids} class="nhsuk-textarea" data-testid={`ask-${question.field}`} rows={3} autocomplete="off" value={String(answer ?? '')} onInput={(event) => set(event.currentTarget.value)} />
          )}
        </Field>
      );
    case 'whole':
      return <Whole {...props} label={label} />;
    default:
      return <Group {...props} label={label}>{inGroup(props, set)}</Group>;
  }
}

/** Long lists of who and where, folded: for where most people answer something else. */
const LONG = new Set<Question['ask']>(['resident', 'staff', 'unit', 'shift']);

export function Folded(props: Answering) {
  const { kind, question, answers } = props;
  if (!LONG.has(question.ask)) return <Ask {...props} />;
  return <details class="tm-details"><summary>{labelOf(kind, question)}: {valueOf(kind, question.field, answers[question.field])}</summary><Ask {...props} /></details>;
}

/** What is chosen by targets stands in a group that carries the question. */
function inGroup(props: Answering, set: (value: unknown, settled?: true) => void) {
  const { kind, question, answers } = props;
  const answer = answers[question.field];
  switch (question.ask) {
    case 'one':
      return (
        <div class="tm-tiles tm-tiles--three">
          {question.codes.map((code) => (
            <Tile key={code} data-testid={`ask-${question.field}-${code}`} aria-pressed={answer === code} big={word(codesOf(kind, question.field) ?? {}, code)} onClick={() => set(code, true)} />
          ))}
        </div>
      );
    case 'several': {
      const chosen = Array.isArray(answer) ? (answer as string[]) : [];
      const turn = (code: string) => set(question.codes.filter((one) => (one === code) !== chosen.includes(one)));
      return (
        <div class="tm-choice__row">
          {question.codes.map((code) => (
            <label class="tm-chip" key={code}>
              <input type="checkbox" checked={chosen.includes(code)} onChange={() => turn(code)} />
              <span data-testid={`ask-${question.field}-${code}`}>{word(codesOf(kind, question.field) ?? {}, code)}</span>
            </label>
          ))}
        </div>
      );
    }
    case 'yes': {
      const options: [string, string][] = [['yes', said.plain.yes], ['no', said.plain.no], ...(question.unsure ? [['unsure', said.form.unsure] as [string, string]] : [])];
      const value = answer === true ? 'yes' : answer === false ? 'no' : answer === null ? 'unsure' : null;
      return <Choice legend="" name={question.field} value={value} options={options} onChoose={(one) => set(one === 'unsure' ? null : one === 'yes', true)} />;
    }
    case 'minutes':
      return <Minutes {...props} />;
    case 'past':
    case 'future': {
      const asked = question.ask === 'future' ? 'future' : question.ahead ? 'either' : 'past';
      return <Moment asked={asked} optional={question.optional === true} value={answer} onChoose={set} />;
    }
    case 'resident':
      return <People field={question.field} value={answer} optional={question.optional === true} onChoose={(id) => set(id, true)} />;
    case 'staff':
      return <Staff field={question.field} value={answer} many={question.many === true} onChoose={set} />;
    case 'unit':
      return <Units field={question.field} value={answer} onChoose={(unit) => set(unit, true)} />;
    case 'shift':
      return <ShiftNames field={question.field} value={answer} onChoose={(shift) => set(shift, true)} />;
    case 'items':
      return <Items {...props} parts={question.parts} none={question.none} />;
    case 'counts':
      return <Counts field={question.field} planned={answers[question.planned]} value={answer} onChoose={set} />;
    default:
      return null;
  }
}

/** A question over its targets, with what was wrong beside it. */
function Group({ kind, question, label, error, children }: Answering & { label: string; children: preact.ComponentChildren }) {
  const id = useId();
  const under = formWords(kind).fields[question.field]?.hint;
  const described = [under && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <fieldset class={`tm-choice tm-ask-group${error ? ' nhsuk-form-group--error' : ''}`} {...(described ? { 'aria-describedby': described } : {})}>
      <legend class="tm-legend">{label}</legend>
      {under && <div class="nhsuk-hint" id={`${id}-hint`}>{under}</div>}
      {error && <span class="nhsuk-error-message" id={`${id}-error`}>{error}</span>}
      {children}
    </fieldset>
  );
}

const SOME_MINUTES = [5, 10, 15, 30, 60] as const;

/** A few that are usual, as targets, and any other by its number. */
function Minutes(props: Answering) {
  const { question, answers, onAnswer } = props;
  const answer = answers[question.field];
  const usual = SOME_MINUTES.find((one) => one === answer);
  return (
    <>
      <Choice
        legend="" name={question.field} value={usual === undefined ? null : String(usual)}
        options={SOME_MINUTES.map((one) => [String(one), fill(said.form.minutes, { n: one })])}
        onChoose={(one) => onAnswer({ [question.field]: Number(one) })}
      />
      <Whole {...props} label={said.form.other_minutes} />
    </>
  );
}

function Whole(props: Answering & { label: string }) {
  const { question, answers, error, onAnswer } = props;
  const answer = answers[question.field];
  const read = (typed: string) => (/^\d+$/.test(typed.trim()) ? Number(typed) : typed);
  return (
    <Field label={props.label} error={question.ask === 'whole' ? error : null} {...(question.ask === 'whole' ? hint(props) : {})}>
      {(ids) => <input {...ids} class="nhsuk-input nhsuk-input--width-5" data-testid={`ask-${question.field}`} inputMode="numeric" autocomplete="off" value={String(answer ?? '')} onInput={(event) => onAnswer({ [question.field]: read(event.currentTarget.value) })} />}
    </Field>
  );
}

function hint({ kind, question }: Answering): { hint?: string } {
  const own = formWords(kind).fields[question.field]?.hint;
  return own ? { hint: own } : {};
}
