// Saving one thing and saying so: what went wrong stands at the top, and what was typed stays where it was.

import { useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import type { Draft } from '../outbox';
import { useOnce } from '../ui/hooks';
import { announce } from '../ui/parts';

export function useSave(): [problems: string[], save: (drafts: Draft[], say: string, after?: () => void) => void, fail: (sentence: string) => void] {
  const [problems, setProblems] = useState<string[]>([]);
  const once = useOnce(problems);
  async function go(drafts: Draft[], say: string, after?: () => void) {
    try {
      for (const one of drafts) await record(one);
      setProblems([]);
      announce(say);
      after?.();
    } catch (error) {
      setProblems([sayNotSaved(error)]);
    }
  }
  return [problems, (drafts, say, after) => once(say, () => void go(drafts, say, after)), (sentence) => setProblems([sentence])];
}
