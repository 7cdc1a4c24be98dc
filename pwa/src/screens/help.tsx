// Screen 28: help, on the tablet, without a connection, at most five lines each and a picture beside them.

import type { JSX } from 'preact';
import { PRACTICE } from '../practice';
import { said } from '../said';
import { session } from '../session';
import { state } from '../state';
import { Again, Cross, Cup, Drop, House, Stop } from '../ui/icons';
import { StateTag } from '../ui/parts';
import { fill, words } from '../words';
import { Rescue } from './not_sent';
import '../styles/help.scss';

export function Help() {
  const parts: [string, string[], JSX.Element][] = [
    [words.help.drink_title, words.help.drink, <Steps of={[<Drop />, <Cup />, <Again />]} />],
    [words.help.words_title, words.help.words, <States />],
    [words.help.offline_title, words.help.offline, <Waiting />],
    [words.help.lock_title, words.help.lock, <Locked />],
    [said.help.correct_title, said.help.correct, <Steps of={[<Cross />, <Drop />]} />],
    [words.help.emergency_title, words.help.emergency, <Steps of={[<Stop />]} />],
  ];
  return (
    <>
      <h1 class="tm-title">{words.help.title}</h1>
      {!PRACTICE && (
        <section class="tm-card">
          <h2 class="tm-heading">{words.practice}</h2>
          <p>{said.practice.offer}</p>
          <a class="nhsuk-button" data-testid="to-practice" href="/app/?practice">{said.practice.start}</a>
        </section>
      )}
      {parts.map(([heading, lines, picture]) => (
        <section class="tm-card" key={heading}>
          <h2 class="tm-heading">{heading}</h2>
          <div class="tm-help" aria-hidden="true">{picture}</div>
          <ul class="tm-sentences">{lines.map((line) => <li key={line}>{line}</li>)}</ul>
        </section>
      ))}
      {!session() && <Rescue />}
      {state.enrolment && <p class="tm-fine">{fill(words.help.device, { name: state.enrolment.name, home: state.enrolment.home.name })}</p>}
      {!session() && <p><a class="tm-link" href="#home">{said.emergency.back}</a></p>}
    </>
  );
}

/** What is tapped, in its order; the words beside it say the same. */
function Steps({ of }: { of: JSX.Element[] }) {
  return <>{of.map((icon, at) => <span class="tm-help__step" key={at}>{icon}</span>)}</>;
}

function States() {
  return <>{(['saved', 'sent', 'look'] as const).map((one) => <StateTag key={one} state={one} />)}</>;
}

function Waiting() {
  return (
    <svg width="220" height="64" viewBox="0 0 220 64" focusable="false">
      <g fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">
        <rect x="4" y="6" width="44" height="52" rx="6" /><path d="M22 52h8M16 20h20M16 30h20" />
        <path d="M66 32h14M92 32h14M118 32h14" stroke-dasharray="2 8" />
        <rect x="152" y="6" width="60" height="22" rx="4" /><rect x="152" y="36" width="60" height="22" rx="4" /><path d="M162 17h.1M162 47h.1M174 17h26M174 47h26" />
      </g>
    </svg>
  );
}

function Locked() {
  return (
    <>
      <svg width="52" height="64" viewBox="0 0 52 64" focusable="false">
        <g fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round"><rect x="6" y="28" width="40" height="30" rx="6" /><path d="M14 28V18a12 12 0 0 1 24 0v10M26 40v7" /></g>
      </svg>
      <span class="tm-help__step"><House /></span>
    </>
  );
}
