// Screen 14: two records, or two versions of one, side by side. A person decides; what is not chosen stays readable.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { record } from '../acts';
import { decide, differences, type Difference, type Version } from '../kinds/conflict';
import { mayDecide } from '../kinds/deciding';
import { keepBoth } from '../kinds/double_check';
import { strike } from '../kinds/hydration_check';
import type { Draft } from '../outbox';
import { go } from '../route';
import { english_said, said } from '../said';
import { state, tell, text } from '../state';
import { sayWhen } from '../time';
import { useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Choice, Problems } from '../ui/parts';
import { tabletName, view, zone, type Shown } from '../view';
import { english, fill, words } from '../words';
import { pairsOf } from './checks';
import { fieldName, inALine, kindName, personOf, sayConflict, valueOf, whoRecorded } from './plain';
import '../styles/more.scss';

export function Check({ id }: { id: string }) {
  useTopics('records', 'queue', 'link', 'session');
  const shown = view(id);
  const resident = text(shown?.fields['resident']);
  const pair = resident ? pairsOf(resident).find((one) => one.some((each) => each.record === id)) : undefined;
  const differ = shown ? differences(shown) : [];
  return (
    <>
      <h1 class="tm-title">{said.check.title}</h1>
      {shown && <p class="tm-lead">{[personOf(shown), pair ? null : kindName(shown.kind)].filter(Boolean).join(' · ')}</p>}
      {state.link === 'unreachable' && <p class="tm-fine" data-testid="decide-offline">{said.check.offline}</p>}
      {pair && <Double pair={pair} resident={resident!} />}
      {shown && !pair && differ.length > 0 && <Conflict shown={shown} differ={differ} />}
      {!pair && !differ.length && <p class="tm-empty" data-testid="nothing-to-check">{said.check.empty}</p>}
      <p><a class="tm-link" href="#checks">{said.check.all}</a></p>
    </>
  );
}

/** Save a decision, say so, and go back to what else there is to decide. */
function useDecision(): [problem: string[], act: (draft: Draft) => void, fail: (sentence: string) => void] {
  const once = useOnce();
  const [problems, setProblems] = useState<string[]>([]);
  async function save(draft: Draft) {
    try {
      await record(draft);
      if (draft.resident) tell(`resident:${draft.resident}`);
      announce(state.link === 'unreachable' ? said.check.decided_offline : said.check.decided);
      go('checks');
    } catch {
      setProblems([words.default.error]);
    }
  }
  return [problems, (draft) => once('decide', () => void save(draft)), (sentence) => setProblems([sentence])];
}

/** Two entries that may be one drink. */
function Double({ pair, resident }: { pair: [Shown, Shown]; resident: string }) {
  const [problems, act] = useDecision();
  const decides = mayDecide();
  const right = (kept: number) => act(strike(pair[1 - kept]!.record, resident, english.words.correct.reasons.twice));
  return (
    <>
      <Problems list={problems} />
      <p>{said.check.double_intro}</p>
      <div class="tm-sides">
        {pair.map((one, at) => (
          <section class="tm-side" key={one.record} aria-label={fill(said.check.nth, { n: at + 1 })} data-testid="side">
            <h2 class="tm-side__head">{inALine(one.kind, one.fields)}</h2>
            <Facts of={[
              [said.check.happened, sayWhen(one.happened_ms, Date.now(), zone())],
              [said.check.by, whoRecorded(one, one.fields)],
              [said.check.tablet, tabletName(one.device) ?? said.plain.other_tablet],
              ...(text(one.fields['note']) ? [[fieldName('note'), String(one.fields['note'])] as [string, string]] : []),
            ]} />
            {decides && <Button class="tm-wide" data-testid="this-one" onClick={() => right(at)}>{said.check.this_one}</Button>}
          </section>
        ))}
      </div>
      {decides ? (
        <>
          <Button class="tm-wide" kind="secondary" data-testid="keep-both" onClick={() => act(keepBoth(pair[0], pair[1], ''))}>{said.check.keep_both}</Button>
          <p class="tm-fine">{said.check.kept_double}</p>
        </>
      ) : <AskSenior />}
    </>
  );
}

/** Two versions of one record. */
function Conflict({ shown, differ }: { shown: Shown; differ: Difference[] }) {
  const [problems, act, fail] = useDecision();
  const [chosen, setChosen] = useState<Record<string, Version>>({});
  const [why, setWhy] = useState<keyof typeof said.check.reasons | null>(null);
  const [opened, setOpened] = useState(shown.seq);
  const [again, setAgain] = useState(false);
  // Chosen with fewer versions in sight than there are now: nothing of that choice may be kept.
  useLayoutEffect(() => {
    if (opened === shown.seq) return;
    setOpened(shown.seq);
    setChosen({});
    setAgain(true);
  }, [shown.seq]);
  const decides = mayDecide();

  function choose(one: Difference, version: Version) {
    const now = { ...chosen, [one.fields[0]!]: version };
    setChosen(now);
    if (differ.some((each) => !now[each.fields[0]!])) return;
    if (!why) return fail(words.correct.reason_missing);
    act(decide(shown, differ.map((each) => now[each.fields[0]!]!), english_said.said.check.reasons[why]));
  }

  return (
    <>
      <Problems list={problems} />
      {again && <p class="tm-old" role="status" data-testid="third-change">{said.check.third}</p>}
      <p>{sayConflict(shown)}</p>
      {decides && (
        <Choice
          legend={said.check.reason} name="why" value={why} onChoose={setWhy}
          options={Object.entries(said.check.reasons) as [keyof typeof said.check.reasons, string][]}
        />
      )}
      {differ.map((one) => (
        <div class="tm-sides" key={one.fields[0]}>
          {one.versions.map((version, at) => (
            <section class="tm-side" key={version.submission} aria-label={fill(said.check.nth, { n: at + 1 })} data-testid="side">
              <h2 class="tm-side__head">{shown.kind === 'hydration_check' && one.fields.length > 1 ? inALine(shown.kind, version.fields) : valueOf(shown.kind, one.differ[0]!, version.fields[one.differ[0]!])}</h2>
              <Facts of={[
                ...one.differ.map((field) => [fieldName(field, shown.kind), valueOf(shown.kind, field, version.fields[field])] as [string, string]),
                [said.check.by, whoRecorded(version, shown.fields)],
                [said.check.changed, sayWhen(version.at_ms, Date.now(), zone())],
              ]} />
              {decides && (
                <Button class="tm-wide" data-testid="this-one" aria-pressed={chosen[one.fields[0]!]?.submission === version.submission} onClick={() => choose(one, version)}>
                  {said.check.this_one}
                </Button>
              )}
            </section>
          ))}
        </div>
      ))}
      {decides ? <p class="tm-fine">{said.check.kept_conflict}</p> : <AskSenior />}
    </>
  );
}

const AskSenior = () => <p class="tm-old" data-testid="ask-senior">{said.check.ask_senior}</p>;

export function Facts({ of }: { of: [string, ComponentChildren][] }) {
  return (
    <dl class="tm-told">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
