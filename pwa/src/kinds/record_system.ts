// Which system is the home's record of a type of entry: said by a manager on a page; Tidemark where nothing is said.

import { text } from '../state';
import { ofKind } from '../view';

/** The other system that is the home's record of this kind; null where Tidemark is. */
export function heldIn(kind: string): string | null {
  return text(ofKind('record_system').find((one) => one.fields['of'] === kind)?.fields['system']);
}
