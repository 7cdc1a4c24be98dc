// Above every screen: an alert that nobody answered; and, over it, a breach found on a tablet that cannot tell anybody.

import { useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { iso } from '../clock';
import { alerts } from '../kinds/alert';
import { cutOff, dry, notTold, told, type NotTold } from '../kinds/not_told';
import { PRACTICE } from '../practice';
import { english_said, said } from '../said';
import { session } from '../session';
import { listen } from '../state';
import { sayTime } from '../time';
import { useNow, useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Problems, Tile } from '../ui/parts';
import { correctedNow, zone } from '../view';
import { fill, plural, sayMinutes, words } from '../words';
import { CallLink, numberFor } from './call_link';
import '../styles/more.scss';

/** Whoever has tapped sees first that it is saved: to look through thousands of waiting entries takes as long as to say so. */
const AFTER_MS = 50;

export function Attention() {
  useTopics('records', 'link', 'session');
  const [, look] = useReducer((times: number) => times + 1, 0);
  useLayoutEffect(() => listen('queue', () => setTimeout(look, AFTER_MS)), []);
  const minute = Math.floor(useNow(15_000) / 60_000);
  const cut = cutOff();
  const dried = useMemo(() => (cut ? dry(correctedNow()) : []), [cut, minute]);
  if (!session() || PRACTICE) return null;
  const left = alerts().filter((one) => one.fields['status'] === 'unhandled');
  const [first] = cut ? notTold() : [];
  // One screen for all of them: a tablet that was cut off all day knows little of anybody's drinks.
  const untold = first ? [first] : dried.filter((one) => !told(one.resident, one.at));
  return (
    <>
      {left.length > 0 && (
        <p class="tm-now tm-now__big" role="alert" data-testid="unhandled">
          <a class="tm-link" href={left.length === 1 ? `#alert=${left[0]!.record}` : '#alerts'}>{plural(said.alert_life.unhandled, left.length)}</a>
        </p>
      )}
      {untold[0] && <NotSent key={untold[0].record} breaches={untold} />}
    </>
  );
}

const AGO_MINUTES = [0, 5, 15] as const;

/** It takes the screen until somebody says whom they told: a breach that nobody hears of is worse than a screen in the way. */
function NotSent({ breaches }: { breaches: NotTold[] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const once = useOnce();
  const [who, setWho] = useState<{ said: string; kept: string } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('h2')?.focus();
    return () => dialog.current?.close();
  }, []);
  const own = said.alert_life;
  const call = numberFor(breaches[0]!.unit);

  async function tell(minutes: number) {
    const now = Date.now();
    try {
      for (const { resident, at } of breaches) {
        await record({
          kind: 'escalation',
          resident,
          fields: {
            resident, tier: 'urgent', breached_at: at, decided_at: iso(now), contacted_at: iso(now - minutes * 60_000),
            decision: fill(english_said.said.alert_life.told_in_person, { who: who!.kept }), contacted: who!.kept, channel: 'in_person',
          },
        });
      }
      announce(own.kept);
    } catch (error) {
      setProblem(sayNotSaved(error));
    }
  }

  return (
    <dialog class="tm-sheet tm-sheet--whole" ref={dialog} aria-labelledby="not-sent-to-anyone" data-testid="not-told" onCancel={(event) => event.preventDefault()}>
      <div class="tm-sheet__body">
        <div class="tm-now">
          <h2 class="tm-now__big" id="not-sent-to-anyone" tabIndex={-1}>{fill(call ? own.not_sent_call : own.not_sent, { role: words.roles.senior_carer.toLowerCase(), number: call?.number ?? '' })}</h2>
          {breaches.map((one) => <p key={one.record}>{fill(own.what[one.what], { name: one.name, time: sayTime(Date.parse(one.at), zone()), span: sayMinutes(one.minutes ?? 0) })}</p>)}
          <CallLink unit={breaches[0]!.unit} />
        </div>
        <Problems list={problem ? [problem] : []} />
        <p class="tm-legend">{who ? fill(own.when, { who: who.said }) : own.who}</p>
        <div class="tm-tiles" role="group" aria-label={who ? own.when : own.who}>
          {!who && <Tile data-testid="told-whom" big={own.senior} onClick={() => setWho({ said: own.senior, kept: english_said.said.alert_life.senior })} />}
          {!who && (Object.keys(said.shift_check.contact) as (keyof typeof said.shift_check.contact)[]).map((code) => (
            <Tile key={code} data-testid="told-whom" big={said.shift_check.contact[code]} onClick={() => setWho({ said: said.shift_check.contact[code], kept: english_said.said.shift_check.contact[code] })} />
          ))}
          {who && AGO_MINUTES.map((ago) => <Tile key={ago} data-testid="told-when" big={ago ? plural(own.ago, ago) : own.now} onClick={() => once(String(ago), () => void tell(ago))} />)}
        </div>
        {who && <Button kind="secondary" onClick={() => setWho(null)}>{words.back}</Button>}
      </div>
    </dialog>
  );
}
