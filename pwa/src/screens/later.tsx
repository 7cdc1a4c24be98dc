// Screens that the first look at the app does without: fetched beside it, so that unlocking and recording start sooner.
//
// They are fetched once the app is running, all in one file. A page then holds every part of its own version, whatever
// version the worker's cache moves on to under it.

import type { ComponentType, JSX } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { Button } from '../ui/parts';
import { words } from '../words';

type Screens = typeof import('./all').SCREENS;
type Name = keyof Screens;
type PropsOf<N extends Name> = Screens[N] extends (props: infer P) => unknown ? P : never;
type Asked = { [N in Name]: { screen: N } & (unknown extends PropsOf<N> ? object : PropsOf<N>) }[Name];

let screens: Screens | null = null;

/** Everything that may be asked for later: the screens, and what `rest.ts` holds besides. */
export async function fetchRest(): Promise<typeof import('./rest')> {
  const rest = await import('./rest');
  screens = rest.SCREENS;
  return rest;
}

export function Later({ screen, ...props }: Asked): JSX.Element | null {
  const [tries, setTries] = useState(0);
  const [failed, setFailed] = useState(false);
  const drawn = screens;
  useLayoutEffect(() => {
    // Whether they were there when this was drawn, and not now: an effect may come after they have.
    if (!drawn) void fetchRest().then(() => setFailed(false), () => setFailed(true)).then(() => setTries((n) => n + 1));
  }, [screen]);
  if (screens) {
    const Found = screens[screen] as ComponentType<Record<string, unknown>>;
    return <Found {...props} />;
  }
  if (!failed) return null;
  return (
    <>
      <p class="tm-lead" role="alert">{words.default.error}</p>
      <Button key={tries} onClick={() => void fetchRest().then(() => setTries(tries + 1), () => undefined)}>{words.try_again}</Button>
    </>
  );
}
