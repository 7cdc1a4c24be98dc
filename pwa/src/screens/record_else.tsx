// "Record something else": every form that the person at the screen is offered, by what it is about.

import type { Form } from '../form';
import { offered } from '../forms';
import { formWords, said } from '../said';
import { fill, words } from '../words';
import '../styles/more.scss';

const ABOUT = ['person', 'shift'] as const satisfies readonly Form['about'][];

export function RecordElse() {
  return (
    <>
      <h1 class="tm-title">{said.record.title}</h1>
      {ABOUT.map((about) => {
        const forms = offered(about);
        return forms.length > 0 && (
          <section key={about}>
            <h2 class="tm-heading">{said.record.about[about]}</h2>
            <ul class="tm-places">
              {forms.map(({ kind }) => <li key={kind}><a class="tm-tile tm-tile--link" href={`#form=${kind}`} data-testid={`to-form-${kind}`}>{formWords(kind).title}</a></li>)}
            </ul>
          </section>
        );
      })}
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
    </>
  );
}
