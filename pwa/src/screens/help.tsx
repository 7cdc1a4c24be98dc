// Screen 28: help, on the tablet, without a connection, at most five lines each.

import { state } from '../state';
import { fill, words } from '../words';

export function Help() {
  const parts: [string, string[]][] = [
    [words.help.drink_title, words.help.drink],
    [words.help.words_title, words.help.words],
    [words.help.offline_title, words.help.offline],
    [words.help.lock_title, words.help.lock],
    [words.help.emergency_title, words.help.emergency],
  ];
  return (
    <>
      <h1 class="tm-title">{words.help.title}</h1>
      {parts.map(([heading, lines]) => (
        <section class="tm-card" key={heading}>
          <h2 class="tm-heading">{heading}</h2>
          <ul class="tm-sentences">{lines.map((line) => <li key={line}>{line}</li>)}</ul>
        </section>
      ))}
      {state.enrolment && <p class="tm-fine">{fill(words.help.device, { name: state.enrolment.name, home: state.enrolment.home.name })}</p>}
    </>
  );
}
