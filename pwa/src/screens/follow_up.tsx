// One follow-up: whose it is and by when, and how it ends: done with evidence, or not needed because of something.

import { iso } from '../clock';
import { appointmentOf, change, endOfDay, todo } from '../kinds/visit';
import { mayDecide } from '../kinds/deciding';
import { NO_ACTION, typeName } from '../kinds/outcome';
import { said as allWords } from '../said';
import { session } from '../session';
import { state, text } from '../state';
import { useNow, useTopics } from '../ui/hooks';
import { Button, Choice, Field, Problems, StateTag } from '../ui/parts';
import { authorName, staffName, view, type Shown } from '../view';
import { fill, word, words } from '../words';
import { Facts } from './check';
import { LetterRead } from './letter_read';
import { OwnerAndDay } from './outcome_questions';
import { sayConflict } from './plain';
import { useDraft } from './use_draft';
import { useSave } from './use_save';
import { Asks, personOfTodo, when } from './visit_row';
import '../styles/more.scss';

const said = allWords.follow_up;

export function FollowUp({ id }: { id: string }) {
  useTopics('records', 'queue', 'link', 'session');
  useNow(60_000);
  const shown = view(id);
  if (shown?.kind !== 'follow_up') return <p class="tm-empty" data-testid="no-follow-up">{said.gone}</p>;
  const { fields } = shown;
  const open = todo(shown);
  const above = appointmentOf(shown);
  const at = (name: string) => (text(fields[name]) ? when(Date.parse(String(fields[name]))) : null);
  const facts: [string, string | null][] = [
    [said.owner, text(fields['owner']) ? (staffName(text(fields['owner'])) ?? allWords.plain.unknown) : allWords.visits.no_owner],
    [said.due, at('due_at') ?? allWords.visits.no_day],
    [said.evidence_was, text(fields['evidence'])],
    [said.kind, text(fields['evidence_kind']) && word(said.kinds, fields['evidence_kind'])],
    [said.done_at, at('done_at')],
    [said.reason_was, text(fields['not_needed_reason'])],
  ];
  const verified = text(fields['verified_by']);
  return (
    <>
      <h1 class="tm-title tm-title--tight">{said.title}</h1>
      <p class="tm-lead">{personOfTodo(shown)}</p>
      <p class="tm-lead">{String(fields['what'] ?? '')}</p>
      {Object.keys(shown.conflicts).length > 0 && <p class="tm-old">{sayConflict(shown)} <a class="tm-link" href={`#check=${id}`}>{allWords.entry.two_versions}</a></p>}
      {state.link === 'unreachable' && <p class="tm-fine">{words.default.offline}</p>}
      <p><Asks asked={open?.open.open ?? 'done'} late={open?.open.late ?? false} /> <StateTag state={shown.state} /></p>
      <Facts of={facts.flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []))} />
      {fields['asks'] === 'letter' && <LetterRead about={String(fields['about'])} />}
      {verified && <p data-testid="verified">{fill(said.verified, { name: staffName(verified) ?? allWords.plain.unknown })}</p>}
      {above && <p><a class="tm-link" href={`#appointment=${above.record}`}>{said.from}: {typeName(above.fields)}</a></p>}
      {open && <Allocate shown={shown} />}
      {open && <Finish shown={shown} />}
      {open && open.open.open !== 'no_evidence' && <NotNeeded shown={shown} />}
      {!open && !verified && fields['status'] === 'done' && <Verify shown={shown} />}
      <p><a class="tm-link" href={`#entry=${id}`}>{allWords.appointment.entry}</a></p>
      <p><a class="tm-link" href="#appointments">{fill(allWords.back_to, { screen: allWords.visits.title })}</a></p>
    </>
  );
}

function Allocate({ shown }: { shown: Shown }) {
  const [problems, save, fail] = useSave();
  const [to, setTo] = useDraft(`follow-up=${shown.record} allocate`, NO_ACTION);
  const me = session();
  const given = (owner: string, due_at: unknown) => change(shown, { owner, due_at, allocated_at: iso(Date.now()), allocated_by: me?.id });
  const due = text(shown.fields['due_at']);
  return (
    <section class="tm-card">
      <h2 class="tm-heading">{said.allocate}</h2>
      <Problems list={problems} />
      {mayDecide() ? (
        <>
          <OwnerAndDay of={to} onChange={(now) => setTo({ ...to, ...now })} />
          <Button
            data-testid="allocate"
            onClick={() => (to.owner && (to.days !== null || due) ? save([given(to.owner, to.days === null ? due : endOfDay(to.days))], fill(said.allocated, { name: staffName(to.owner) ?? '' }), () => setTo(NO_ACTION)) : fail(said.allocate_missing))}
          >
            {said.allocate_save}
          </Button>
        </>
      ) : (
        <>
          <p class="tm-fine">{said.allocate_hint}</p>
          {!shown.fields['owner'] && me && <Button kind="secondary" data-testid="take" onClick={() => save([change(shown, { owner: me.id })], fill(said.allocated, { name: me.name }))}>{said.take}</Button>}
        </>
      )}
    </section>
  );
}

type Kind = keyof typeof said.kinds;
interface Done {
  evidence: string;
  kind: Kind | null;
}
const NOTHING: Done = { evidence: '', kind: null };

function Finish({ shown }: { shown: Shown }) {
  const [problems, save, fail] = useSave();
  const [begun, begin] = useDraft<Done | string>(`follow-up=${shown.record}`, NOTHING);
  // A version ago the evidence alone was kept.
  const done = typeof begun === 'string' ? { ...NOTHING, evidence: begun } : begun;
  const { evidence, kind } = done;
  function finish() {
    if (!evidence.trim()) return fail(said.evidence_missing);
    if (!kind) return fail(said.kind_missing);
    save([change(shown, { status: 'done', done_at: iso(Date.now()), evidence: evidence.trim(), evidence_kind: kind })], said.finished, () => begin(NOTHING));
  }
  return (
    <section class="tm-card">
      <h2 class="tm-heading">{said.finish}</h2>
      <Problems list={problems} />
      <Field label={said.evidence} hint={said.evidence_hint}>
        {(ids) => <input {...ids} class="nhsuk-input" data-testid="evidence" autocomplete="off" value={evidence} onInput={(event) => begin({ ...done, evidence: event.currentTarget.value })} />}
      </Field>
      <Choice legend={said.kind} name="evidence-kind" value={kind} onChoose={(chosen) => begin({ ...done, kind: chosen })} options={Object.entries(said.kinds) as [Kind, string][]} />
      <Button class="tm-wide" data-testid="finish" onClick={finish}>{said.finish_save}</Button>
    </section>
  );
}

function NotNeeded({ shown }: { shown: Shown }) {
  const [problems, save, fail] = useSave();
  const [because, setBecause] = useDraft(`follow-up=${shown.record} unneeded`, '');
  return (
    <details class="tm-details" data-testid="not-needed">
      <summary>{said.unneeded}</summary>
      <Problems list={problems} />
      <Field label={said.because}>
        {(ids) => <input {...ids} class="nhsuk-input" data-testid="because" autocomplete="off" value={because} onInput={(event) => setBecause(event.currentTarget.value)} />}
      </Field>
      <Button kind="secondary" data-testid="unneeded" onClick={() => (because.trim() ? save([change(shown, { status: 'not_needed', not_needed_reason: because.trim() })], said.closed, () => setBecause('')) : fail(said.because_missing))}>{said.unneeded_save}</Button>
    </details>
  );
}

/** Whoever did it cannot be the one who says that it was done. */
function Verify({ shown }: { shown: Shown }) {
  const [problems, save] = useSave();
  const me = session();
  if (!me || !mayDecide() || doneBy(shown) === me.name) return <p class="tm-fine">{said.verify_hint}</p>;
  return (
    <>
      <Problems list={problems} />
      <Button kind="secondary" data-testid="verify" onClick={() => save([change(shown, { verified_by: me.id })], said.verify_saved)}>{said.verify}</Button>
    </>
  );
}

function doneBy(shown: Shown): string | null {
  const own = [...(state.overlay.get(shown.record) ?? [])].reverse().find((one) => one.submission.fields['status'] === 'done');
  const told = [...(state.records.get(shown.record)?.history ?? [])].reverse().find((one) => one.fields['status'] === 'done');
  const author = own?.submission ?? told;
  return author ? authorName(author) : authorName(shown);
}
