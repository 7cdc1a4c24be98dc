// What is typed on a screen, kept at each change through lock, reload and switch (drafts.ts), until it is blank again.

import { useLayoutEffect, useState } from 'preact/hooks';
import { draft, keepDraft } from '../drafts';

/** The key begins with the screen's own place, so that *Not finished* leads back to it (drafts.tsx). */
export function useDraft<T>(key: string, blank: T): [typed: T, type: (next: T) => void] {
  const [typed, setTyped] = useState(blank);
  useLayoutEffect(() => void draft(key).then((kept) => kept && setTyped(JSON.parse(kept) as T)).catch(() => undefined), [key]);
  function type(next: T) {
    setTyped(next);
    void keepDraft(key, next === blank ? '' : JSON.stringify(next));
  }
  return [typed, type];
}
