// How this tablet looks and speaks: language, size of the text, light or dark. Chosen by hand, seen at once.

import { useLayoutEffect, useState } from 'preact/hooks';
import { chosen, choose, type Language } from '../languages';
import { said } from '../said';
import { useTopics } from '../ui/hooks';
import { announce, Choice, Problems } from '../ui/parts';
import { setTextSize, setTheme, textSize, theme, type TextSize, type Theme } from '../ui/theme';
import { words } from '../words';

export function Settings() {
  useTopics('session');
  const [, again] = useState(0);
  const [failed, setFailed] = useState(false);
  // Saying it after the words have changed says it in the new language.
  const [spoke, setSpoke] = useState(0);
  useLayoutEffect(() => { if (spoke) announce(said.settings.saved); }, [spoke]);
  const { tablet, mine } = chosen();
  const seen = (act: () => void) => {
    act();
    again((n) => n + 1);
    announce(said.settings.saved);
  };
  const speak = (whose: 'tablet' | 'mine', language: Language | null) =>
    void choose(whose, language).then(() => { setFailed(false); setSpoke((n) => n + 1); }, () => setFailed(true));
  const languages = Object.entries(said.settings.languages) as [Language, string][];
  return (
    <>
      <h1 class="tm-title">{said.settings.title}</h1>
      <Problems list={failed ? [said.settings.failed] : []} />
      <section class="tm-card" data-testid="languages">
        <Choice legend={said.settings.mine} name="mine" value={mine ?? 'tablet'} onChoose={(one) => speak('mine', one === 'tablet' ? null : one)} options={[['tablet', said.settings.as_tablet], ...languages]} />
        <Choice legend={said.settings.tablet} name="tablet" value={tablet} onChoose={(one) => speak('tablet', one)} options={languages} />
        <p class="tm-fine">{said.settings.not_checked}</p>
        <p class="tm-fine">{said.settings.safety}</p>
      </section>
      <section class="tm-card" data-testid="text-size">
        <Choice<TextSize> legend={said.settings.text} name="text" value={textSize()} onChoose={(one) => seen(() => setTextSize(one))} options={Object.entries(said.settings.texts) as [TextSize, string][]} />
      </section>
      <section class="tm-card" data-testid="theme">
        <Choice<Theme> legend={said.settings.theme} name="theme" value={theme()} onChoose={(one) => seen(() => setTheme(one))} options={Object.entries(said.settings.themes) as [Theme, string][]} />
      </section>
      <p><a class="tm-link" href="#home">{words.nav.home}</a></p>
    </>
  );
}
