// What the home's standard says where the work is done, in the version in force now; nothing where it says nothing.

import { signedText } from '../kinds/threshold';

export function Prompt({ name }: { name: string }) {
  const said = signedText(name);
  return said && <p class="tm-lead" data-testid="prompt">{said.words}</p>;
}
