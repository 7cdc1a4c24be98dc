// What stands around every screen: whose tablet, who is at it, and what has not been sent.

import type { ComponentChildren } from 'preact';
import { draftsFail } from '../drafts';
import { alerts, isOpen } from '../kinds/alert';
import { oldestWait } from '../left';
import { PRACTICE } from '../practice';
import { unsavedRead, untold } from '../saves';
import { lock, session } from '../session';
import { state } from '../state';
import { sayWhen } from '../time';
import { zone } from '../view';
import { fill, sayMinutes, word, words } from '../words';
import { useNow, useTopics } from '../ui/hooks';
import { Ask, Bell, House, Mark, People } from '../ui/icons';
import { Announcer } from '../ui/parts';
import { Later } from './later';

export function syncLine(now: number): string {
  const last = state.standing.last_sent;
  const when = last ? fill(words.header.last_sent, { time: sayWhen(last, now, zone()) }) : words.header.none_sent;
  const n = state.queue.size;
  return `${n ? fill(words.header.not_sent, { n }) : words.header.all_sent} · ${when}`;
}

export function Shell({ screen, children }: { screen: string; children: ComponentChildren }) {
  useTopics('session', 'link', 'looks', 'device');
  const me = session();
  const sentence = state.link === 'ok' || state.link === 'unknown' ? (state.locked_out && me ? words.default.expired : clockSentence()) : words.link[state.link];
  return (
    <>
      <a class="nhsuk-skip-link" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{words.skip}</a>
      <header class={`tm-header${me ? ' tm-header--in' : ''}`}>
        <div class="tm-header__row">
          <span class="tm-brand"><Mark /> <span class="tm-brand__name">{words.name}</span></span>
          {state.enrolment && <SyncHeader />}
        </div>
        {me && (
          <div class="tm-header__row tm-header__who">
            <span>{fill(words.header.signed_in, { name: me.name, role: word(words.roles, me.roles[0]) })}</span>
            <button type="button" class="tm-switch" data-testid="switch" onClick={lock}>{words.header.switch}</button>
          </div>
        )}
        <Unsaved />
        {sentence && state.enrolment && <p class="tm-header__link" role="status" data-testid="link-line">{sentence}</p>}
      </header>
      {PRACTICE && <Later screen="practice" />}
      <main class="tm-main" id="main" tabIndex={-1}>{me && <Later screen="attention" />}{children}</main>
      {me && <Nav screen={screen} />}
      <footer class="tm-footer">{words.not_nhs}</footer>
      <Announcer />
    </>
  );
}

/** What was tapped and not saved, and can't be said where it was tapped; nobody's name, since anybody may read it. And that typing is not kept. */
function Unsaved() {
  useTopics('saves');
  const what = untold();
  return (
    <>
      {what && (
        <p class="tm-header__link" role="alert" data-testid={what}>
          {words.default[what]} <button type="button" class="tm-switch" onClick={unsavedRead}>{words.default.unsaved_read}</button>
        </p>
      )}
      {session() && draftsFail() && <p class="tm-header__link" role="alert" data-testid="unkept">{words.default.unkept}</p>}
    </>
  );
}

/** A tablet more than five minutes out is told; nothing it records is refused for it. */
const CLOCK_OUT_MS = 5 * 60_000;
function clockSentence(): string | null {
  const out = Math.abs(state.standing.offset_ms ?? 0);
  return out > CLOCK_OUT_MS ? fill(words.link.clock, { span: sayMinutes(out / 60_000) }) : null;
}

/** From here on the oldest unsent entry is too old: the line says so, in words and by a shape of its own. */
const AMBER_MS = 15 * 60_000;
function waitingFor(now: number): string | null {
  const age = oldestWait(now);
  return age >= AMBER_MS ? fill(words.header.amber, { span: sayMinutes(age / 60_000) }) : null;
}

function SyncHeader() {
  useTopics('queue', 'link');
  const now = useNow(30_000);
  const late = waitingFor(now);
  const line = late ? `${syncLine(now)} · ${late}` : syncLine(now);
  const signed = session() !== null;
  const body = (
    <>
      <span class={`tm-sync__dot${state.queue.size ? ' tm-sync__dot--waiting' : ''}${late ? ' tm-sync__dot--late' : ''}`} aria-hidden="true" />
      <span data-testid="sync-header" data-queued={state.queue.size} data-late={late !== null}>{line}</span>
      {state.looks.size > 0 && <span class="tm-sync__looks">{words.state.look}</span>}
    </>
  );
  return signed ? <a class="tm-sync" href="#not-sent" data-testid="not-sent-link">{body}</a> : <span class="tm-sync">{body}</span>;
}

function Nav({ screen }: { screen: string }) {
  useTopics('records', 'queue');
  // A nudge is a line in a list; it calls nobody, also not from here.
  const open = alerts().filter((one) => isOpen(one) && one.fields['severity'] !== 'nudge').length;
  const items = [
    ['home', words.nav.home, <House />],
    ['residents', words.nav.residents, <People />],
    ['alerts', words.nav.alerts, <Bell />],
    ['help', words.nav.help, <Ask />],
  ] as const;
  return (
    <nav class="tm-nav" aria-label={words.nav.label}>
      {items.map(([name, label, icon]) => (
        <a
          key={name} class="tm-nav__item" href={`#${name}`} data-testid={`nav-${name}`}
          aria-current={screen === name || (screen === 'alert' && name === 'alerts') ? 'page' : undefined}
        >
          {icon}
          <span>{label}</span>
          {name === 'alerts' && open > 0 && (
            <span class="tm-nav__count">{open}<span class="nhsuk-u-visually-hidden"> {words.nav.open}</span></span>
          )}
        </a>
      ))}
    </nav>
  );
}
