// One person in the shift's check: what the record proposes, the gaps with their decisions, and one tap to agree.

import { useState } from 'preact/hooks';
import { standing } from '../kinds/hydration_check';
import { recentOf } from '../kinds/recent';
import { undecided, type Decided, type Gap, type Look } from '../kinds/shift_hydration_check';
import { english_said, said } from '../said';
import type { Finding } from '../shift_check';
import { sayTime } from '../time';
import { StateIcon, Stop } from '../ui/icons';
import { Button, Choice } from '../ui/parts';
import { zone } from '../view';
import { fill } from '../words';
import type { Opened } from './drink_sheet';
import { Prompt } from './prompt';
import { LastEntry, Marks, Progress, Whose } from './resident_row';
import { Escalate, NotNeeded, Whom } from './shift_decisions';

const FINDINGS: Finding[] = ['complete', 'gaps', 'low_intake'];

/** A tick, a triangle, an octagon: told apart without colour. */
export function FindingTag({ finding }: { finding: Finding }) {
  return (
    <span class={`tm-finding tm-finding--${finding}`} data-testid="finding">
      {finding === 'complete' ? <StateIcon state="sent" /> : finding === 'gaps' ? <StateIcon state="look" /> : <Stop />}
      {said.shift_check.finding[finding]}
    </span>
  );
}

interface Props {
  look: Look;
  decided: Decided;
  onDecide: (more: Partial<Decided>) => void;
  onOpen: (opened: Opened) => void;
  onOffer: (window: string) => void;
}

export function ShiftPerson({ look, decided, onDecide, onOpen, onOffer }: Props) {
  const { person } = look;
  const now = standing(person, look.at_ms);
  const finding = decided.finding ?? look.finding;
  const left = undecided(look, decided);
  const missing = look.windows_due - look.windows_on_time - look.windows_late;
  const counts = { on_time: look.windows_on_time, due: look.windows_due, late: look.windows_late, missing };
  return (
    <li class={`tm-row${decided.agreed ? ' tm-row--done' : ''}`} data-testid="shift-person" data-resident={person.id}>
      <Whose person={person}><FindingTag finding={finding} /></Whose>
      <Marks standing={now} />
      <p class="tm-tight">{look.windows_due ? fill(said.shift_check.counts, counts) : said.shift_check.none_due}</p>
      <Progress standing={now} />
      <LastEntry person={person} standing={now} recent={recentOf(person.id)} onOpen={onOpen} onFail={() => undefined} />
      {look.gaps.map((name) => (
        <GapLine key={name} look={look} name={name} gap={decided.gaps[name]} onOffer={() => onOffer(name)} onDecide={(gap) => onDecide({ gaps: { ...decided.gaps, [name]: gap } })} />
      ))}
      {finding === 'low_intake' && (
        <div class="tm-gap" data-testid="low-intake">
          <Prompt name="escalation" />
          <p class="tm-gap__what">{decided.low ? decided.low.decision : said.shift_check.low}</p>
          <Escalate draft={`shift-check ${person.id}`} low={decided.low} onDecide={(low) => onDecide({ low })} />
        </div>
      )}
      <details class="tm-details">
        <summary>{said.shift_check.change_finding}</summary>
        <Choice
          legend={`${said.shift_check.change_finding}: ${person.name}`} hideLegend name="finding" value={finding} onChoose={(value) => onDecide({ finding: value, agreed: false })}
          options={FINDINGS.map((one) => [one, said.shift_check.finding[one]] as [Finding, string])}
        />
      </details>
      {decided.agreed ? (
        <p class="tm-state tm-state--sent" data-testid="agreed"><StateIcon state="sent" />{said.shift_check.agreed}</p>
      ) : (
        !left.gaps.length && !left.low && !left.doubles && (
          <button type="button" class="tm-answer tm-answer--agree" data-testid="agree" aria-label={`${person.name}: ${fill(said.shift_check.agree, { finding: said.shift_check.finding[finding] })}`} onClick={() => onDecide({ agreed: true })}>
            {fill(said.shift_check.agree, { finding: said.shift_check.finding[finding] })}
          </button>
        )
      )}
    </li>
  );
}

/** One window without an entry, or with a cup that nobody has answered for: a decision, never a blank. */
function GapLine({ look, name, gap, onOffer, onDecide }: { look: Look; name: string; gap: Gap | undefined; onOffer: () => void; onDecide: (gap: Gap) => void }) {
  const [asking, setAsking] = useState<'whom' | 'why' | null>(null);
  const window = sayWindow(look, name);
  return (
    <div class="tm-gap" data-testid="gap" data-window={name}>
      <p class="tm-gap__what">{fill(look.cups.has(name) ? said.shift_check.gap_cup : said.shift_check.gap, { window })}</p>
      {gap && !asking && (
        <p class="tm-tight">
          <strong data-testid="gap-decision">{gap.not_needed_because ? fill(said.shift_check.not_needed_said, { why: gap.not_needed_because }) : gap.decision}</strong>{' '}
          <Button kind="secondary" onClick={() => setAsking('whom')}>{said.shift_check.change}</Button>
        </p>
      )}
      {(!gap || asking) && (
        <div class="tm-gap__ways">
          <Button kind="secondary" data-testid="gap-offered" onClick={() => { setAsking(null); onOffer(); }}>{said.shift_check.offered}</Button>
          <Button kind="secondary" data-testid="gap-escalated" aria-expanded={asking === 'whom'} onClick={() => setAsking(asking === 'whom' ? null : 'whom')}>{said.shift_check.escalate}</Button>
          <Button kind="secondary" data-testid="gap-not-needed" aria-expanded={asking === 'why'} onClick={() => setAsking(asking === 'why' ? null : 'why')}>{said.shift_check.not_needed}</Button>
        </div>
      )}
      {asking === 'whom' && <Whom onChoose={(who) => { setAsking(null); onDecide({ decision: fill(english_said.said.shift_check.escalated, { who }) }); }} />}
      {asking === 'why' && <NotNeeded draft={`shift-check ${look.person.id} ${name}`} onChoose={(why) => { setAsking(null); onDecide({ decision: 'not_needed', not_needed_because: why }); }} />}
    </div>
  );
}

function sayWindow(look: Look, name: string): string {
  const found = look.windows.find(([, , each]) => each === name);
  return found ? fill(said.shift_check.windows, { from: sayTime(found[0], zone()), to: sayTime(found[1], zone()) }) : name;
}
