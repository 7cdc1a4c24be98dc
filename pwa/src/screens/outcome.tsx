// Screen 9: an appointment's outcome, one question a screen. Kept as a draft at each answer; saved whole in the end.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { draft, keepDraft } from '../drafts';
import { settled, visitOf, type Visit } from '../kinds/visit';
import { BLANK, drafts, steps, typeName, type Answers, type Step } from '../kinds/outcome';
import { go } from '../route';
import { said as allWords } from '../said';
import { useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Problems } from '../ui/parts';
import { authorName } from '../view';
import { fill } from '../words';
import { OUTCOME } from './appointments';
import { QUESTIONS } from './outcome_questions';
import { personOf } from './plain';
import { Prompt } from './prompt';
import { ROUND } from './visit_now';
import { when } from './visit_row';
import '../styles/more.scss';

const said = allWords.outcome;

export function Outcome({ id }: { id: string }) {
  useTopics('records', 'session');
  const [answers, setAnswers] = useState<Answers | null>(null);
  useLayoutEffect(() => void draft(OUTCOME + id).then((kept) => setAnswers(kept ? { ...BLANK, ...(JSON.parse(kept) as Partial<Answers>) } : BLANK)), [id]);
  const visit = visitOf(id);
  if (!visit) return <Gone />;
  return answers && <Asking key={id} visit={visit} first={answers} />;
}

function Gone() {
  return (
    <>
      <p class="tm-empty" data-testid="no-appointment">{said.gone}</p>
      <p><a class="tm-link" href="#appointments">{fill(allWords.back_to, { screen: allWords.visits.title })}</a></p>
    </>
  );
}

function Asking({ visit, first }: { visit: Visit; first: Answers }) {
  const [answers, setAnswers] = useState(first);
  const [problem, setProblem] = useState<string | null>(null);
  const once = useOnce(problem);
  const heading = useRef<HTMLHeadingElement>(null);
  const way = steps(answers);
  const at = Math.max(0, way.indexOf(answers.step));
  const { shown } = visit;
  const before = settled(visit).filter((one) => one.record !== answers.saved[0]);
  // The question is new: whoever listens hears it, and the keyboard starts from it.
  useLayoutEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [answers.step]);

  function keep(next: Answers) {
    setAnswers(next);
    setProblem(null);
    void keepDraft(OUTCOME + shown.record, JSON.stringify(next));
  }

  /** Go on to the question after this one, as the answers now lead. */
  function forward(changed: Partial<Answers>) {
    const now = { ...answers, ...changed };
    const then = steps(now);
    const next = then[then.indexOf(answers.step) + 1];
    if (next) keep({ ...now, step: next });
    else void saveAll(now);
  }

  async function saveAll(now: Answers) {
    const made = drafts(visit, now);
    let saved = now.saved;
    try {
      for (const one of made.slice(saved.length)) {
        saved = [...saved, (await record(one(saved))).record];
        // Kept after each: what is saved is not saved again by a second try, or after the browser has gone.
        keepSaved({ ...now, saved });
      }
      await keepDraft(OUTCOME + shown.record, '');
      announce(said.saved);
      go(shown.fields['origin'] === ROUND ? 'gp-round' : `appointment=${shown.record}`);
    } catch (error) {
      setProblem(sayNotSaved(error));
    }
  }

  function keepSaved(now: Answers) {
    setAnswers(now);
    void keepDraft(OUTCOME + shown.record, JSON.stringify(now));
  }

  const Question = QUESTIONS[way[at]!];
  return (
    <>
      <h1 class="tm-title tm-title--tight">{said.title}</h1>
      <p class="tm-lead tm-tight">{personOf(shown)}</p>
      <p>{fill(said.of, { type: typeName(shown.fields), time: when(visit.starts_ms) })}</p>
      {before.length > 0 && (
        <p class="tm-old" role="status" data-testid="already">
          {fill(said.already, { name: authorName(before.at(-1)!) ?? allWords.plain.unknown })}{' '}
          <a class="tm-link" href={`#appointment=${shown.record}`}>{said.see}</a>
        </p>
      )}
      <Prompt name="appointment_outcome" />
      <Problems list={problem ? [problem] : []} />
      <p class="tm-fine" data-testid="step">{fill(said.step, { n: at + 1, all: way.length })}</p>
      <h2 class="tm-heading" ref={heading} tabIndex={-1} data-testid="question" data-step={way[at]}>{titleOf(way[at]!, answers)}</h2>
      <Question
        answers={answers} last={at === way.length - 1} change={(changed) => keep({ ...answers, ...changed })}
        forward={(changed) => once(`${answers.step} ${JSON.stringify(changed)}`, () => forward(changed))} fail={setProblem}
      />
      {at > 0 && <Button kind="secondary" data-testid="outcome-back" onClick={() => keep({ ...answers, step: way[at - 1]! })}>{said.back}</Button>}
      <p class="tm-fine tm-question__kept">{said.kept}</p>
    </>
  );
}

function titleOf(step: Step, answers: Answers): string {
  const titles: Record<Step, string> = {
    attendance: said.attendance, safeguarding: said.safeguarding, actions: said.actions, change: said.change, next: said.next_question, chase: said.chase,
    moved: said.moved, told: said.told_question, advice: answers.attendance === 'attended' || answers.attendance === 'attended_part' ? said.advice_seen : said.advice_other,
  };
  return titles[step];
}
