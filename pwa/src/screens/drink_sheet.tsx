// Screen 4: record a drink. One tap on a cup records it; everything else is beside that, never before it.

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { draft, keepDraft, otherDraft } from '../drafts';
import {
  drank, drankAmount, FRACTIONS, gave, left, number, otherAmount, say, standing, today, type Fraction,
} from '../kinds/hydration_check';
import { levelWord, stops } from '../kinds/hydration_plan';
import { called, residentOf, residents } from '../kinds/resident';
import { pace, signedText } from '../kinds/threshold';
import { MOST_TILES, sayVessel, vessels, type Vessel } from '../kinds/vessel';
import type { Draft } from '../outbox';
import { setRecent, tappedTwice } from '../kinds/recent';
import { state, text } from '../state';
import { sayWhen } from '../time';
import type { Entry, Fields, Look } from '../types';
import { useOnce, useTopics } from '../ui/hooks';
import { Cup, Drop, Glass, Stop } from '../ui/icons';
import { announce, Choice, Face, Problems, Sheet, Tile } from '../ui/parts';
import { correctedNow, view, zone } from '../view';
import { english, fill, ml, sayMinutes, words } from '../words';
import { Later } from './later';
import { Marks, Progress, Twins } from './resident_row';
import { When, type Happened } from './when';

/** Whom the sheet is for, and which entry it puts right: an open cup, or a drink of which nothing was drunk. */
export interface Opened {
  resident: string;
  cup?: string;
  none?: string;
  /** Filled in already, and stopped at: "Same again" for somebody whom it would take over a limit. */
  fields?: Fields;
  /** What the server could not file: recorded once more, this time right, as the same record. */
  repairs?: Look;
  /** Under a typed name, on a locked tablet: nothing is shown of the person but what keeps them safe. */
  guest?: boolean;
}

type Step =
  | { at: 'main' }
  | { at: 'other' }
  | { at: 'refused' }
  | { at: 'red' }
  | { at: 'ask'; question: string; yes: string; fields: Fields; sure: Sure; back: 'main' | 'other' }
  | { at: 'stop'; fields: Fields; sentences: string[] };

/** What has been asked already. */
interface Sure {
  lot?: boolean;
  old?: boolean;
  reason?: string;
}

export function DrinkSheet({ opened, onClose }: { opened: Opened; onClose: () => void }) {
  useTopics(`resident:${opened.resident}`, 'records');
  const person = residentOf(opened.resident);
  const [step, setStep] = useState<Step>({ at: opened.none ? 'refused' : 'main' });
  const [amount, setAmount] = useState<Fraction | 'given'>('all');
  const [level, setLevel] = useState<number | null>(null);
  const [happened, setHappened] = useState<Happened>(() => (opened.repairs ? { ms: Math.min(Date.parse(opened.repairs.submission.occurred_at), Date.now()) } : { minutes: 0 }));
  const [note, setNote] = useState(() => text(opened.repairs?.submission.fields['note']) ?? '');
  const [more, setMore] = useState(false);
  const [by, setBy] = useState('');
  const [problems, setProblems] = useState<string[]>([]);
  const once = useOnce(problems);
  /** What is saved was typed as another amount. */
  const typed = useRef(false);
  useLayoutEffect(() => void draft(opened.resident).then((kept) => kept && setNote(kept)), [opened.resident]);
  // Tiles stay where they are while the sheet is open, like everything under a finger.
  const cups = useMemo(() => vessels(opened.resident), [opened.resident]);
  useLayoutEffect(() => {
    if (opened.fields) void submit(opened.fields);
  }, [opened.fields]);
  if (!person) return null;

  const now = standing(person);
  const thickness = level ?? now.plan.level;
  const shown = more ? cups : cups.slice(0, MOST_TILES);
  const correcting = opened.cup ?? opened.none;

  /** Ask what must be asked, then save and close. */
  async function submit(fields: Fields, sure: Sure = {}): Promise<void> {
    const drunk = number(fields['drunk_ml']) ?? 0;
    const asks = pace(person!.id, person!.unit, correctedNow());
    if (drunk > asks.a_lot_ml && !sure.lot) {
      const said = { ml: ml(drunk) };
      return setStep({ at: 'ask', question: fill(words.drink.a_lot, said), yes: fill(words.drink.a_lot_yes, said), fields, sure: { lot: true }, back: 'other' });
    }
    const happened_ms = 'ms' in happened ? happened.ms : Date.now() - happened.minutes * 60_000;
    const minutes = (Date.now() - happened_ms) / 60_000;
    if (minutes > asks.long_ago_minutes && !sure.old && !opened.repairs) {
      const said = { span: sayMinutes(minutes) };
      return setStep({ at: 'ask', question: fill(words.drink.long_ago, said), yes: words.drink.long_ago_yes, fields, sure: { ...sure, old: true }, back: 'main' });
    }
    // A cup of before 7am counts in the care day in which it was handed over.
    const cup = opened.cup ? view(opened.cup) : null;
    const before = cup ? today(person!.id, now.plan, cup.happened_ms).up_to_ml - (number(cup.fields['drunk_ml']) ?? 0) : now.day.up_to_ml;
    const found = stops(person!, now.plan, fields, before, correctedNow());
    if (found.length && !sure.reason) return setStep({ at: 'stop', fields, sentences: found });
    const whole = { ...fields, ...(note ? { note } : {}), ...(by ? { performed_by: by } : {}), ...(sure.reason ? { override_reason: sure.reason } : {}) };
    if (opened.repairs) return keep({ kind: 'hydration_check', record: opened.repairs.record, repairs: opened.repairs.id, resident: person!.id, fields: whole, happened: happened_ms });
    await keep(correcting ? asCorrection(whole) : { kind: 'hydration_check', fields: whole, happened: happened_ms });
  }

  function asCorrection(fields: Fields): Draft {
    const { resident: _same, ...rest } = fields;
    const reason = opened.cup ? english.words.correct.seen_reason : english.words.correct.amount_reason;
    return { kind: 'hydration_check', record: correcting!, resident: person!.id, fields: { ...rest, correction_reason: reason } };
  }

  async function keep(draft: Draft): Promise<void> {
    let entry: Entry;
    try {
      entry = await record(draft);
    } catch (error) {
      setStep({ at: 'main' });
      return setProblems([sayNotSaved(error)]);
    }
    onClose();
    setRecent(person!.id, entry.record);
    void keepDraft(person!.id, '');
    if (typed.current) void keepDraft(otherDraft(person!.id), '');
    const what = say(view(entry.record)?.fields ?? draft.fields);
    announce(fill(words.residents.saved_say, { name: person!.name, what }));
  }

  function tap(vessel: Vessel): void {
    once(vessel.id, () => void submit(amount === 'given' ? gave(person!, vessel, now.plan, thickness) : drank(person!, vessel, amount, now.plan, thickness)), () => tappedTwice(person!.id));
  }

  const back = () => (opened.none || opened.fields ? onClose() : setStep({ at: 'main' }));
  return (
    <Sheet title={called(person)} mark={<Face {...person} />} onClose={onClose} testid="drink-sheet">
      <Problems list={problems} />
      {step.at === 'stop' && (
        <Later screen="stop" sentences={step.sentences} onBack={back} onGo={(reason) => void submit(step.fields, { lot: true, old: true, reason })} />
      )}
      {step.at === 'ask' && <Later screen="ask" question={step.question} yes={step.yes} onYes={() => void submit(step.fields, step.sure)} onNo={() => setStep({ at: step.back })} />}
      {step.at === 'other' && (
        <Later
          screen="other-amount" resident={person.id} onBack={back}
          onRecord={(drink, amount_ml, food) => {
            typed.current = true;
            void submit({ ...drankAmount(person, drink, amount_ml, now.plan, thickness), ...food });
          }}
        />
      )}
      {step.at === 'refused' && (
        <Later screen="refusal" onBack={back} onRecord={(fields) => void submit({ resident: person.id, outcome: 'refused', ...(opened.none || opened.cup ? { drunk_ml: null, fraction: null } : {}), ...fields })} />
      )}
      {step.at === 'red' && (
        <>
          <div class="tm-now" role="alert" data-testid="red-now">
            <p class="tm-now__big">{signedText('texts.red_flag')?.words ?? words.drink.red_now}</p>
            <p>{words.drink.red_not_us}</p>
          </div>
          <Later screen="red-flags" onBack={back} onRecord={(red_flags) => void submit({ resident: person.id, outcome: 'unwell', red_flags })} />
        </>
      )}
      {step.at === 'main' && opened.cup && (
        <Later
          screen="cup-back" record={opened.cup}
          onAmount={(drunk_ml) => void submit(otherAmount(view(opened.cup!)!, drunk_ml, english.words.correct.seen_reason).fields)}
          onNone={() => setStep({ at: 'refused' })}
        />
      )}
      {step.at === 'main' && !opened.cup && (
        <>
          <Twins name={person.name} all={residents()} />
          <Marks standing={now} />
          {opened.repairs && <p class="tm-old" data-testid="puts-right">{fill(words.drink.puts_right, { what: say(opened.repairs.submission.fields) })}</p>}
          {!opened.guest && <Progress standing={now} />}
          <p class="tm-fine">
            {now.plan.shown && state.standing.last_contact
              ? fill(words.drink.plan_at, { time: sayWhen(state.standing.last_contact, Date.now(), zone()) })
              : words.drink.no_plan}
          </p>
          <Choice
            legend={words.drink.how_much}
            name="amount"
            fill
            value={amount}
            onChoose={setAmount}
            options={[...(Object.keys(FRACTIONS) as Fraction[]).map((one) => [one, words.fraction[one]] as [Fraction, string]), ['given', words.fraction.given]]}
          />
          {now.plan.level > 0 && <Thickness planned={now.plan.level} chosen={thickness} onChoose={setLevel} />}
          <When happened={happened} onChoose={setHappened} />
          {cups.length === 0 && <p class="tm-empty">{words.drink.empty}</p>}
          <div class="tm-tiles">
            {shown.map((cup) => (
              <Tile
                key={cup.id}
                data-testid="drink-tile"
                mark={cup.name.toLowerCase().includes('glass') ? <Glass /> : <Cup />}
                big={sayVessel(cup.drink, cup.name)}
                small={tileSays(cup, amount, now.plan.level > 0 ? thickness : 0)}
                onClick={() => tap(cup)}
              />
            ))}
          </div>
          <div class="tm-tiles tm-tiles--wide">
            {cups.length > MOST_TILES && !more && <Tile big={words.drink.more} onClick={() => setMore(true)} />}
            <Tile mark={<Drop />} big={words.drink.other} data-testid="other-amount" onClick={() => setStep({ at: 'other' })} />
          </div>
          <div class="tm-tiles">
            <Tile class="tm-tile--red" mark={<Stop />} big={words.drink.red_flag} data-testid="red-flag" onClick={() => setStep({ at: 'red' })} />
          </div>
          <Later
            screen="not-drunk"
            onRefused={() => setStep({ at: 'refused' })}
            onOutcome={(outcome, said) => once(outcome, () => void submit(outcome === 'left_within_reach' ? left(person, now.plan, thickness) : { resident: person.id, outcome, ...(said ? { reason: said } : {}) }), () => tappedTwice(person.id))}
          />
          <label class="tm-note">
            <span class="nhsuk-label">{words.drink.note}</span>
            <textarea
              class="nhsuk-textarea" rows={2} autocomplete="off" value={note}
              onInput={(event) => {
                setNote(event.currentTarget.value);
                void keepDraft(person.id, event.currentTarget.value);
              }}
            />
          </label>
          {!opened.guest && <Later screen="gave-by" value={by} onChoose={setBy} />}
          {!opened.guest && <Later screen="entries-today" person={person} entries={now.day.entries} />}
        </>
      )}
    </Sheet>
  );
}

function tileSays(cup: Vessel, amount: Fraction | 'given', level: number): string {
  const part = amount === 'given' ? 1 : FRACTIONS[amount];
  const sentence = amount === 'given' ? words.drink.tile_gave : part === 1 ? words.drink.tile_drank : words.drink.tile_of;
  const said = fill(sentence, { ml: ml(cup.ml * part), of: ml(cup.ml) });
  return level > 0 ? `${said}, ${levelWord(level)}` : said;
}

/** As planned unless somebody says otherwise, and then the stop asks why. */
function Thickness({ planned, chosen, onChoose }: { planned: number; chosen: number; onChoose: (level: number) => void }) {
  const label = (at: number) => fill(at === planned ? words.stop.as_plan : words.stop.level, { level: at, word: levelWord(at) });
  return (
    <details class="tm-details" data-testid="thickness">
      <summary>{label(chosen)} <span class="tm-details__more">{words.stop.other_level}</span></summary>
      <Choice
        legend={words.stop.thickness} name="level" value={String(chosen)} onChoose={(value) => onChoose(Number(value))}
        options={words.levels.map((_, at) => [String(at), label(at)])}
      />
    </details>
  );
}

